"""Values files are read in one way, whichever command reads them, and laid over one another as Helm does."""

import pytest

from airflowkit.deploy.values.files import load_values
from airflowkit.errors import ValuesError


@pytest.fixture
def load(tmp_path):
    def loaded(*contents):
        paths = [tmp_path / f"{number}.yaml" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_values(paths)

    return loaded


def test_mappings_are_merged_lists_replaced_and_a_null_removes(load):
    base = "a: {b: 1, c: 2, d: 3}\nlist: [1, 2]\ntext: x\n"
    assert load(base, "a: {c: 4, d: null}\nlist: [3]\ntext: {y: 1}\n") == {
        "a": {"b": 1, "c": 4},
        "list": [3],
        "text": {"y": 1},
    }


@pytest.mark.parametrize("empty", ["", "# only a comment\n", "---\n", "null\n", "{}\n", "\ufeff"])
def test_an_empty_overlay_changes_nothing(load, empty):
    assert load("a: 1\n", empty) == {"a": 1}


def test_a_key_is_a_text_and_an_alias_a_value_of_its_own(load):
    values = load("1: &one {a: 1}\nother: *one\nday: 2026-01-31\n", "other: {b: 2}\n")
    assert values == {"1": {"a": 1}, "other": {"a": 1, "b": 2}, "day": "2026-01-31"}


@pytest.mark.parametrize(
    "content",
    [
        "a: 1\n---\nb: 2\n",
        "a: 1\na: 2\n",
        "a: {{ .x }}\n",
        "- a\n",
        b"\xff\xfea\x00",
        "sops: {}\n",
        "a: " + "{a: " * 500 + "1" + "}" * 500,
        "a: " + "[" * 200 + "]" * 200,
    ],
)
def test_a_broken_overlay_is_refused_in_one_line_with_its_name(load, content):
    with pytest.raises(ValuesError, match=r"1\.yaml") as raised:
        load("a: 1\n", content)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["nothing-here.yaml", "a\0b.yaml", ""])
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, name):
    with pytest.raises(ValuesError, match="cannot be read") as raised:
        load_values([tmp_path / name])
    assert "\n" not in str(raised.value)
