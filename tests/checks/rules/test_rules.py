"""Each rule's example files: the bad one is found by this rule alone, the good one by none."""

from pathlib import Path

import pytest

from airflowkit.checks.engine import checked
from airflowkit.checks.rules import RULES
from airflowkit.discovery.dag_files import hidden_dag_files, seen_and_skipped
from airflowkit.repository import dags_folder_of
from airflowkit.settings import load_settings
from airflows import copied

CASES = Path(__file__).parent / "cases"
NEEDS = {
    "AK315": (3, 1, "in Airflow 2 each run has each name"),
    "AK341": (3, 3, "tasks without a pod have no retry policy"),
    "AK342": (3, 3, "tasks without a pod have no retry policy"),
    "AK418": (3, 3, "nothing is kept from one try to the next"),
    "AK502": (3, 2, "airflow.sdk names SyncCallback"),
}
BESIDES = {
    "AK505": {"AK114"},  # Airflow 3 calls every e-mail address deprecated
}
EACH_RULE = pytest.mark.parametrize(
    "rule",
    [
        pytest.param(
            rule, id=rule.code, marks=[pytest.mark.needs_airflow(*NEEDS[rule.code])] if rule.code in NEEDS else []
        )
        for rule in RULES
    ],
)


@pytest.fixture(scope="session")
def cases(tmp_path_factory) -> Path:
    """The examples as this Airflow's users would write them."""
    return copied(CASES, tmp_path_factory.mktemp("rules") / "cases")


def example(cases: Path, code: str, kind: str) -> Path:
    file, folder = cases / code / f"{kind}.py", cases / code / kind
    return folder if folder.is_dir() else file


def codes_found(pool, again, path: Path) -> list[str]:
    folder = dags_folder_of(path)
    files, skipped = seen_and_skipped(folder if path.is_dir() else path)
    options = load_settings(path).check
    report = checked(pool, folder, files, options, hidden=hidden_dag_files(skipped), again=again)
    return [finding.code for finding in report.findings]


def again_of(rule, other_pool):
    """Return the workers for a second parse; once is enough for a file that hangs or dies."""
    return None if rule.code < "AK105" else other_pool


@EACH_RULE
def test_the_bad_example_is_found_by_its_rule_alone(rule, cases, pool, other_pool):
    found = set(codes_found(pool, again_of(rule, other_pool), example(cases, rule.code, "bad")))
    assert found - BESIDES.get(rule.code, set()) == {rule.code}


@EACH_RULE
def test_the_good_example_is_found_by_no_rule(rule, cases, pool, other_pool):
    assert codes_found(pool, again_of(rule, other_pool), example(cases, rule.code, "good")) == []


def test_every_example_belongs_to_a_rule():
    assert {path.name for path in CASES.iterdir()} == {rule.code for rule in RULES}


def test_codes_and_names_are_unique_and_in_order():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_page_says_why_it_matters_and_how_to_fix_it(rule):
    assert rule.title.endswith(".")
    assert "## Why it matters" in rule.text
    assert "## How to fix it" in rule.text
