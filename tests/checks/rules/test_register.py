"""The register of codes: each means one thing forever."""

from itertools import pairwise

import pytest

from airflowkit.checks.fixes.registry import FIXES
from airflowkit.checks.model.comments import comments_in
from airflowkit.checks.model.findings import Place
from airflowkit.checks.model.rule import CommentSubject
from airflowkit.checks.rules import BY_CODE, RULES, explain
from airflowkit.checks.rules.register import CODES, FIXABLE, FREE, RETIRED, Retired
from airflowkit.checks.suppression.selection import narrowed
from airflowkit.errors import SettingsError, UnknownRule
from airflowkit.setting_sections import Check

REGISTERED = [code for codes in CODES.values() for code in codes.split()]


@pytest.fixture
def retired(monkeypatch) -> str:
    monkeypatch.setitem(RETIRED, "AK499", Retired("0.3", "use AK408"))
    return "it was retired in 0.3: use AK408"


def test_every_rule_is_registered_once():
    assert sorted(REGISTERED) == [rule.code for rule in RULES]


def test_no_rule_has_a_code_that_is_retired_or_free():
    assert not set(REGISTERED) & (RETIRED.keys() | FREE)
    assert not RETIRED.keys() & FREE


def test_every_gap_between_codes_is_explained():
    known = sorted({*REGISTERED, *RETIRED, *FREE})
    missing = [
        (one, other) for one, other in pairwise(known) if one[:4] == other[:4] and int(other[2:]) - int(one[2:]) > 1
    ]
    assert not missing


def test_the_fixes_are_those_of_the_register():
    assert FIXES.keys() == FIXABLE


def test_a_page_names_the_version_that_added_the_rule_and_whether_there_is_a_fix():
    assert explain("AK401").endswith("\n\nSince airflowkit 0.1.")
    assert explain("AK105").endswith("\n\nSince airflowkit 0.1. `--fix` fixes it where the fix is beyond doubt.")


def test_selecting_a_retired_rule_names_its_successor(retired):
    with pytest.raises(SettingsError, match=f"^--select names 'AK499', which is not a rule. {retired}$"):
        narrowed(Check(), ["AK499"], [])
    with pytest.raises(SettingsError, match=retired):
        narrowed(Check(ignore={"AK499": "old pods"}), [], [])


def test_explaining_a_retired_rule_names_its_successor(retired):
    with pytest.raises(UnknownRule, match=retired):
        explain("ak499")


def test_an_ignore_of_a_retired_rule_names_its_successor(retired):
    (comment,) = comments_in(b"x = 1  # airflowkit: ignore[AK499] old pods\n")
    subject = CommentSubject(comment, "orders.py", unknown=comment.codes)
    (finding,) = BY_CODE["AK608"].findings(subject, Place("orders.py"))
    assert finding.hint == retired
