"""Whatever is wrong with YAML is one kind of error, and never the end of the process."""

from __future__ import annotations

import pytest
import yaml

from airflowkit.yaml_text import composed, document, documents

BROKEN = {
    "no such month": "a: 2026-13-01",
    "an empty number": 'a: !!int ""',
    "no truth value": "a: !!bool maybe",
    "no date": "a: !!timestamp maybe",
    "a number of many digits": "a: " + "9" * 5_000,
    "an unknown tag": "a: !vault x",
    "an open bracket": "a: [1",
}
DEEP = {
    "lists": "[" * 400_000 + "]" * 400_000,
    "open lists": "[" * 400_000,
    "mappings": "{a: " * 200_000 + "}" * 200_000,
    "lists in a line": "- " * 200_000 + "a",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("read", [document, documents])
def test_what_is_not_valid_is_a_yaml_error(read, text):
    with pytest.raises(yaml.YAMLError):
        read(text)


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
@pytest.mark.parametrize("read", [document, documents, composed])
def test_what_is_too_deep_is_a_yaml_error(read, text):
    with pytest.raises(yaml.YAMLError):
        read(text)


def test_a_long_text_with_many_brackets_is_read():
    text = "\n".join(f"- {{a: [{number}]}}" for number in range(2_000))
    assert document(text)[-1] == {"a": [1_999]}


def test_each_document_has_its_line():
    assert documents("# a comment\na: 1\n---\n\nb: 2\n") == [(2, {"a": 1}), (5, {"b": 2})]
