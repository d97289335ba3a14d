from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.local.apiserver.selectors import field_matches, labels_match

WORDS = st.text("abc-_.1", min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("", True),
        ("a=1", True),
        ("a==1", True),
        ("a=2", False),
        ("a!=2", True),
        ("missing!=2", True),
        ("a", True),
        ("!a", False),
        ("!missing", True),
        ("a in (1,2)", True),
        ("a notin (1,2)", False),
        ("missing notin (1)", True),
        ("a=1,b=,!c", True),
        ("a in (1, 2),b=x", False),
    ],
)
def test_a_selector_means_what_it_means_in_kubernetes(selector, matches):
    assert labels_match(selector, {"a": "1", "b": ""}) is matches


@given(st.dictionaries(WORDS, WORDS))
def test_labels_meet_the_selector_made_of_them(labels):
    assert labels_match(",".join(f"{key}={value}" for key, value in labels.items()), labels)


@pytest.mark.parametrize("selector", ["a=b=c", "a in 1", "=x", "a=1,,b=2"])
def test_what_is_no_selector_is_refused(selector):
    with pytest.raises(ValueError, match="unable to parse"):
        labels_match(selector, {"a": "1"})


def test_fields_are_named_by_their_path():
    assert field_matches("involvedObject.name=x", {"involvedObject": {"name": "x"}})
    assert not field_matches("involvedObject.name=y", {"involvedObject": {"name": "x"}})
