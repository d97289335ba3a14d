"""What changes without an error is told per DAG, with what the templates of one run give under both versions."""

import pytest

from airflowkit.compare.fields import SCHEDULE, Dag
from airflowkit.compare.state import State
from airflowkit.upgrade.silent import Silent, shortened, silent_changes

BY_HAND = "a run by hand"


def run(after: str, logical: str) -> dict[str, str]:
    """Return a run of Airflow 2, whose interval ends when it is created, or of Airflow 3, whose interval is empty."""
    dates = {"run_after": after, "logical_date": logical, "data_interval_start": logical, "data_interval_end": after}
    return {name: f"2026-12-{date}:00+00:00" for name, date in dates.items()}


def found(before: dict, after: dict, schedule: str = "'0 0 * * *' UTC") -> list[Silent]:
    older, newer = (State(dags={"a": Dag("a.py", {SCHEDULE: schedule}, runs=runs)}) for runs in (before, after))
    return list(silent_changes(older, newer))


def test_dates_are_those_of_a_run_that_both_versions_create_at_the_same_time():
    older = {"next": [run("02T00:00", "01T00:00")], "dates": {"load": ["ds", "data_interval_end"]}}
    newer = {"next": [run("01T00:00", "01T00:00"), run("02T00:00", "02T00:00")], "dates": older["dates"]}
    (only,) = found(older, newer)
    assert (only.what, only.before, only.after) == ("ds", "2026-12-01", "2026-12-02")
    assert only.text == "ds of the run at 2026-12-02 00:00 UTC: 2026-12-01 → 2026-12-02"
    assert only.tasks == ("load",)
    assert "create_cron_data_intervals" in only.hint


def rendering(day: str, **fields: str) -> dict:
    rendered = {"load": [[field, "template", text.format(day)] for field, text in fields.items()]}
    return {"next": [run("02T00:00", f"{day}T00:00")], "rendered": {"2026-12-02T00:00:00+00:00": rendered}}


def test_each_field_that_a_template_fills_in_otherwise_is_told_with_the_word_before_it():
    fields = {"arguments": "orders --day 2026-12-{} --fast", "image": "orders:1", "bash_command": "x{}"}
    told = [each for each in found(rendering("01", **fields), rendering("02", **fields)) if each.what == "template"]
    assert [(each.field, each.text.partition("UTC: ")[2], each.tasks) for each in told] == [
        ("arguments", "--day 2026-12-01 → 2026-12-02", ("load",)),
        ("bash_command", "x01 → x02", ("load",)),
    ]
    assert told[0].before == "orders --day 2026-12-01 --fast"
    assert "create_cron_data_intervals" in told[0].hint


def test_what_may_be_a_secret_is_not_shown_in_a_field():
    fields = {"env_vars.DB_PASSWORD": "hunter{}"}
    (only,) = [it for it in found(rendering("01", **fields), rendering("02", **fields)) if it.what == "template"]
    assert only.text == "env_vars.DB_PASSWORD of the run at 2026-12-02 00:00 UTC: another value, which is not shown"
    assert "hunter" not in f"{only.before}{only.after}"


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [("a", "a b", "a → b"), ("a b", "a", "a b →"), ("a b c", "x b c", "a → x"), ("d/1 e", "d/2 e", "d/1 → d/2")],
)
def test_what_differs_is_shown_with_the_word_before_it(before, after, shown):
    assert shortened(before, after) == shown


def test_a_dag_whose_tasks_use_no_date_is_told_of_by_ds():
    (only,) = found({"next": [run("02T00:00", "01T00:00")]}, {"next": [run("02T00:00", "02T00:00")]}, "every 1:00:00")
    assert only.what == "ds"
    assert "create_delta_data_intervals" in only.hint


def test_a_date_that_another_time_format_hides_is_told_where_a_template_shows_it():
    hours = [{"next": [run("02T05:00", date)], "dates": {"load": ["ts"]}} for date in ("02T04:00", "02T05:00")]
    (only,) = found(*hours, schedule="every 1:00:00")
    assert (only.before, only.after) == ("2026-12-02T04:00:00+00:00", "2026-12-02T05:00:00+00:00")


def test_equal_dates_and_no_runs_are_not_told():
    same = {"next": [run("02T00:00", "02T00:00")], "dates": {"load": ["ds"]}}
    assert found(same, same) == []
    assert found({"next": []}, {"next": []}) == []


def test_catchup_that_is_off_now_is_told_only_if_the_dag_has_a_schedule():
    both = [{"next": [run("02T00:00", "02T00:00")], "limits": {"catchup": on}} for on in (True, False)]
    (only,) = found(*both)
    assert (only.what, only.before, only.after) == ("catchup", "True", "False")
    assert only.hint == "to keep it: catchup=True"
    assert found(*({**each, "next": []} for each in both)) == []
    assert found(*both, schedule="Once") == []
    assert found(*both, schedule="Continuous") == []


def test_an_sla_that_is_ignored_now_is_told_with_its_tasks():
    (only,) = found({"slas": ["load"]}, {"slas": []})
    assert (only.what, only.tasks) == ("sla", ("load",))
    assert found({"slas": ["load"]}, {"slas": ["load"]}) == []


def test_runs_without_a_logical_date_are_told_if_a_task_needs_one():
    older = {"dates": {"load": ["ds"]}, "undated": ""}
    (only,) = found(older, older | {"undated": BY_HAND})
    assert (only.what, only.tasks) == ("no date", ("load",))
    assert only.text == "a run by hand has no logical date: ds will not be there"
    assert found({}, {"undated": BY_HAND}) == []
    assert found(older | {"undated": BY_HAND}, older | {"undated": BY_HAND}) == []


def test_an_xcom_that_is_pulled_of_any_task_is_told_with_the_tasks():
    (only,) = found({"pulls": ["load", "send"]}, {"pulls": []})
    assert (only.what, only.tasks) == ("xcom_pull", ("load", "send"))
    assert found({"pulls": ["load"]}, {"pulls": ["load"]}) == []


def test_a_limit_of_all_runs_that_becomes_one_of_each_is_told():
    (only,) = found({"shared_limit": 4}, {"shared_limit": None})
    assert only.text == "max_active_tasks=4 is the limit of each run, and no longer of all runs together"
    assert found({"shared_limit": None}, {}) == []
