"""What an environment is made of, and that one which is half made does not stay."""

import os

import pytest

from airflowkit.errors import UpgradeError
from airflowkit.upgrade import making
from airflowkit.upgrade.making import made, requirements

FILE = """
# what the image has
apache-airflow==2.11.2
apache-airflow-providers-http[async]==4.0.0 \\
    --hash=sha256:aaaa
airflowkit-k8s==0.1.0
pandas>=2  # for the reports
-c https://example.com/constraints.txt
--extra-index-url https://example.com/simple
./wheels/ours.whl
-r more.txt
"""


def test_packages_keep_their_versions_but_airflows_own_have_none(tmp_path):
    (tmp_path / "requirements.txt").write_text(FILE)
    (tmp_path / "more.txt").write_text("boto3==1.2.3\n-r requirements.txt\n")
    found = requirements(tmp_path)
    assert {
        "apache-airflow-providers-http[async]",
        "pandas>=2",
        "boto3==1.2.3",
        str(tmp_path / "wheels/ours.whl"),
    } <= set(found)
    assert not [each for each in found if each.startswith(("apache-airflow=", "airflowkit", "-"))]


def test_what_airflowkit_needs_and_the_providers_of_this_environment_are_in_it_without_a_file(tmp_path):
    found = requirements(tmp_path)
    assert "apache-airflow-providers-cncf-kubernetes" in found
    assert [each for each in found if each.startswith("pydantic>=")]
    assert len(found) == len(set(found))


def test_an_interrupt_leaves_no_environment_and_removes_what_a_killed_command_left(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache = making.cache_folder()
    (cache / ".making-999999999").mkdir(parents=True)
    calls = []

    def interrupted(command):
        calls.append(command)
        (cache / f".making-{os.getpid()}").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "_run", interrupted)
    monkeypatch.setattr(making, "_uv", lambda: "uv")
    with pytest.raises(KeyboardInterrupt):
        made("3.3.0", tmp_path, "", lambda _text: None)
    assert calls[0][:2] == ["uv", "venv"]
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("version", ["3", "3.3", "latest", "3.3.0; rm -rf", "../3.3.0"])
def test_only_a_whole_version_is_one(tmp_path, version):
    with pytest.raises(UpgradeError, match="is not a version of Airflow"):
        made(version, tmp_path, "", lambda _text: None)


def test_without_uv_no_environment_is_said_to_be_made(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(making, "program", lambda _name: None)
    told = []
    with pytest.raises(UpgradeError, match="pip install uv"):
        made("3.3.0", tmp_path, "", told.append)
    assert told == []
