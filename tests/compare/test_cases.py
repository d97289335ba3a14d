"""For each of some forty small changes, what must be said is said, and nothing else."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from airflowkit.compare import comparison
from airflowkit.compare.comparison import Comparison, compare
from airflowkit.compare.revisions import Side
from airflowkit.compare.state import Parser
from compare import cases
from compare.cases import UNSTABLE, Case
from compare.code_cases import CODE
from compare.hidden_cases import HIDDEN

CASES = (*cases.CASES, *HIDDEN, *CODE)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SETTINGS = '[pod]\nnamespace = "airflow"\nresources = "small"\n'


def written(folder: Path, side: int) -> Path:
    """Write one side of all cases as a repository."""
    dags = folder / "dags"
    dags.mkdir(parents=True)
    (folder / "airflowkit.toml").write_text(SETTINGS)
    for case in CASES:
        files = {f"{case.name}.py": (case.before, case.after), **case.helpers}
        for name, contents in files.items():
            if contents[side] is not None:
                (dags / name).write_text(contents[side])
    return folder


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Comparison:
    folder = tmp_path_factory.mktemp("sides")
    before, after = written(folder / "one", 0), written(folder / "another" / "place", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "Parser", lambda: Parser(at=NOW))
        return compare(Side("one", "1", before), Side("other", "2", after), folder / "home")


@pytest.fixture(scope="module")
def said(compared):
    """Return what is said about each case."""
    found = defaultdict(set)
    for change in compared.changes:
        tasks = (change.after or change.before or "") if change.kind == "need" else ""
        name = change.dag_id or tasks.partition(".")[0] or Path(change.path).stem
        hidden = change.kind in {"code", "file"} or change.field.endswith(": settings")
        values = ["*" if hidden and value else value or "" for value in (change.before, change.after)]
        found[name].add((str(change.kind), str(change.what), change.task_id, change.field, *values))
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_must_be_said_is_said_and_nothing_else(case: Case, said):
    assert said[case.name] == set(case.said)


def test_nothing_is_said_about_anything_else(said):
    assert {name for name, changes in said.items() if changes} <= {case.name for case in CASES}


def test_what_differs_at_each_parse_is_told_as_that(compared):
    found = {change.dag_id: change.field for change in compared.unstable}
    assert {name: found.pop(name) for name in UNSTABLE} == UNSTABLE
    assert all(name.startswith("random_") for name in found), found
    assert found


def test_files_that_fail_are_named_with_the_side_and_what_the_other_has(compared):
    found = {file.path: (file.where, file.dag_ids) for file in compared.unknown}
    assert found == {
        "dags/breaks.py": ("after", ("breaks",)),
        "dags/broken.py": ("both", ()),
        "dags/twice.py": ("both", ()),
        "dags/twice_again.py": ("both", ()),
    }


def test_no_secret_is_told(compared):
    assert "hunter" not in repr(compared)
    assert "tiger" not in repr(compared)
