"""The same files under Airflow 2.11 and under this Airflow, each in its own Python: what is said, and nothing else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from airflowkit._airflow import airflow_version
from airflowkit.upgrade.environment import environment_of, this_environment
from airflowkit.upgrade.meaning import in_same_words
from airflowkit.upgrade.parsing import opened
from airflowkit.upgrade.report import Report, drawn
from upgrade.corpus import FILES

AIRFLOW_2 = Path(__file__).parents[2] / ".nox" / "airflow-2-11"
PRESENT = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)

pytestmark = [
    pytest.mark.skipif(not AIRFLOW_2.exists(), reason="no environment with Airflow 2.11: nox -s airflow-2.11"),
    pytest.mark.skipif(airflow_version() < (3, 0), reason="the newer side is this Airflow"),
]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The states under both, from one parse."""
    root = tmp_path_factory.mktemp("repository")
    (root / "dags").mkdir()
    (root / "airflowkit.toml").write_text("")
    for name, text in FILES.items():
        (root / "dags" / f"{name}.py").write_text(text)
    sides = environment_of(AIRFLOW_2), this_environment()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT")  # each has its own default
        with opened(*sides, root, PRESENT) as both:
            return sides, tuple(map(in_same_words, both.states()))


@pytest.fixture(scope="module")
def report(both) -> Report:
    return drawn(*both[0], *both[1])


def test_each_removed_name_and_argument_is_told_with_its_line_and_successor(report):
    found = {(error.path, error.line, error.message.split(",")[0], error.hint.split(",")[0]) for error in report.errors}
    assert found == {
        ("dags/assets.py", 3, "imports airflow.datasets.Dataset", "from airflow.sdk import Asset"),
        ("dags/old.py", 4, "imports airflow.utils.dates.days_ago", "write a fixed date"),
        (
            "dags/old.py",
            5,
            "imports airflow.operators.dummy.DummyOperator",
            "from airflow.providers.standard.operators.empty import EmptyOperator",
        ),
        (
            "dags/old.py",
            6,
            "imports airflow.operators.subdag.SubDagOperator",
            "use a TaskGroup in place of a SubDAG: from airflow.sdk import TaskGroup",
        ),
        ("dags/old.py", 8, "passes schedule_interval to DAG", "write schedule="),
        ("dags/old.py", 8, "passes concurrency to DAG", "write max_active_tasks="),
        ("dags/old.py", 9, "passes task_concurrency to EmptyOperator", "write max_active_tis_per_dag="),
    }


def test_only_what_differs_in_meaning_is_a_difference(report):
    told = {(str(it.kind), str(it.what), it.dag_id, it.task_id, it.field, it.before, it.after) for it in report.changes}
    assert told == {
        ("task", "changed", "differs", "a", "bash_command", "'a'", "'b'"),
        ("task", "removed", "differs", "only_old", "", None, None),
        ("task", "added", "differs", "only_new", "", None, None),
    }
    assert report.unknown == ()


def test_what_changes_without_an_error_is_told_per_dag(report):
    told = {(it.dag_id, it.what, it.before, it.after, it.run, it.tasks) for it in report.silent}
    run = "2026-12-02 00:00 UTC"
    assert told == {
        ("daily", "ds", "2026-12-01", "2026-12-02", run, ("a", "b")),
        ("daily", "template", "load 2026-12-01", "load 2026-12-02", run, ("a",)),
        ("daily", "catchup", "True", "False", "", ()),
        ("daily", "no date", None, None, "", ("a", "b")),
        (
            "hourly",
            "ts",
            "2026-11-30T08:30:00+00:00",
            "2026-11-30T09:30:00+00:00",
            "2026-11-30 09:30 UTC",
            ("a",),
        ),
        (
            "hourly",
            "template",
            "load 2026-11-30T08:30:00+00:00",
            "load 2026-11-30T09:30:00+00:00",
            "2026-11-30 09:30 UTC",
            ("a",),
        ),
        ("hourly", "no date", None, None, "", ("a",)),
        ("by_hand", "no date", None, None, "", ("a",)),
        ("old", "ds", "2026-12-01", "2026-12-02", run, ()),
        ("old", "max_active_tasks", None, None, "", ()),
        ("old", "sla", None, None, "", ("a",)),
        ("on_asset", "no date", None, None, "", ("load",)),
        ("pulls", "xcom_pull", None, None, "", ("a", "b")),
        ("pulls", "max_active_tasks", None, None, "", ()),
    }


def test_rules_begin_to_speak(report):
    assert ("AK311", "by_hand") in {(finding.code, finding.dag_id) for finding in report.began}


def test_the_way_back_says_the_opposite_and_finds_no_removed_name(both):
    (old, new), (older, newer) = both
    back = drawn(new, old, newer, older)
    assert back.errors == ()
    assert {(it.dag_id, it.before, it.after) for it in back.silent if it.what == "ds"} == {
        ("daily", "2026-12-02", "2026-12-01"),
        ("old", "2026-12-02", "2026-12-01"),
    }
    assert {change.dag_id for change in back.changes} == {"differs"}
