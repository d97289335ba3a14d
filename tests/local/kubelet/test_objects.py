"""`airflowkit.local.toml` is checked before anything starts."""

from __future__ import annotations

import pytest

from airflowkit.errors import LocalRunError
from airflowkit.local.kubelet.objects import LocalObjects


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[secrets.a]\nx = "1"\n\n[secrets.a]\nx = "2"\n', r"airflowkit\.local\.toml:4: .*twice|:4: Cannot declare"),
        ("[secrets.a]\nx = oops\n", r"airflowkit\.local\.toml:2: "),
        ("secrets = 5\n", "secrets is not a table"),
        ('[secrets]\npassword = "x"\n', "secrets.password is not a table"),
        ("[secrets.a.b]\nx = 1\n", "secrets.a.b is not a text"),
        ("[secrets.a]\nx = [1]\n", "secrets.a.x is not a text"),
        ("[secret.a]\nx = 1\n", "no table 'secret' is known; did you mean 'secrets'"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(tmp_path, text, words):
    file = tmp_path / "airflowkit.local.toml"
    file.write_text(text)
    with pytest.raises(LocalRunError, match=words):
        LocalObjects(file).check()


def test_a_file_that_is_not_text_is_refused(tmp_path):
    file = tmp_path / "airflowkit.local.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(LocalRunError, match=r"airflowkit\.local\.toml: "):
        LocalObjects(file).check()


def test_numbers_and_truth_values_become_text(tmp_path):
    file = tmp_path / "airflowkit.local.toml"
    file.write_text("[secrets.a]\nport = 5432\nssl = true\n")
    objects = LocalObjects(file)
    objects.check()
    assert objects.data("Secret", "a") == {"port": "5432", "ssl": "true"}


def test_no_file_is_fine(tmp_path):
    LocalObjects(tmp_path / "airflowkit.local.toml").check()
