"""What on and off do over several runs, on a real scheduler with LocalExecutor and DAG processor."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from airflow_parts import airflow, wait_for

if TYPE_CHECKING:
    from airflow_parts import Airflow

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_airflow(3, 1, "a scheduler as in production"),
    pytest.mark.timeout(1500),  # half a minute, and more on a busy computer
]

EXAMPLES = Path(__file__).parents[2] / "dags_examples"
FILES = (
    *("asset_handover", "catchup", "cross_dag", "depends_on_past"),
    *("max_active_runs", "max_active_tasks", "wait_for_downstream"),
)
POLICY = """
def task_policy(task):
    if task.task_type == "ExternalTaskSensor":
        task.poke_interval = 5  # a minute is for production
"""
ENVIRONMENT = {
    "AIRFLOW__CORE__PARALLELISM": "32",  # so that only the DAGs' own limits hold anything back
    "AIRFLOW__SCHEDULER__MAX_TIS_PER_QUERY": "0",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
}
DATE = "2026-02-01T00:00:00Z"
"""Before the runs that the scheduler makes by itself, which are then the second ones."""
CROSS_DAG = ("cross_dag_parent", "cross_dag_child")
"""They are paused until their own test, when nothing else runs: the sensor looks again after a few seconds."""
FAILS = {"depends_on_past": "book", "wait_for_downstream": "publish"}
"""The task of the first run that fails, by DAG."""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Everything that is there before the scheduler starts: it then sees all of it at once."""
    home = tmp_path_factory.mktemp("behaviour")
    (home / "config").mkdir()
    (home / "config" / "airflow_local_settings.py").write_text(POLICY)
    (home / "dags").mkdir()
    for name in ("airflowkit.toml", *(f"{name}.py" for name in FILES)):
        shutil.copy(EXAMPLES / name, home / "dags")
    with airflow(home, ENVIRONMENT, ("api-server", "dag-processor")) as started:
        wait_for(lambda: len(started.dags()) == 2 * len(FILES), 240, "the DAGs")
        for ending in ("on", "off"):
            for name in FAILS:
                started.trigger(f"{name}_{ending}", DATE, conf={"fail": True})
            for _ in range(3):
                started.trigger(f"max_active_runs_{ending}")
            started.trigger(f"max_active_tasks_{ending}")
        for dag_id in CROSS_DAG:
            started.pause(dag_id)
        started.start("scheduler")
        yield started


def runs(world: Airflow, dag_id: str) -> list[tuple[str, str]]:
    """Return the id and the state of each run, by date."""
    return world.query("SELECT run_id, state FROM dag_run WHERE dag_id = ? ORDER BY logical_date, id", dag_id)


def states(world: Airflow, dag_id: str, number: int) -> dict[str, str | None]:
    """Return the states of the tasks of a DAG's first run (0), or of a later one."""
    found = runs(world, dag_id)[number:][:1]
    sql = "SELECT task_id, state FROM task_instance WHERE dag_id = ? AND run_id = ?"
    return dict(world.query(sql, dag_id, found[0][0])) if found else {}


def has_ended(world: Airflow, dag_id: str, number: int) -> bool:
    return [state for _, state in runs(world, dag_id)][number:][:1] in (["success"], ["failed"])


def intervals(world: Airflow, table: str, begin: str, dag_id: str) -> list[tuple[str, str]]:
    """Return when the runs or tasks of a DAG began and ended, once all have."""
    sql = f"SELECT {begin}, end_date FROM {table} WHERE dag_id = ? ORDER BY 1"
    wait_for(lambda: all(end for _, end in world.query(sql, dag_id)), 240, f"the end of {dag_id}")
    return world.query(sql, dag_id)


def most_at_once(intervals: list[tuple[str, str]]) -> int:
    return max(sum(begin <= moment < end for begin, end in intervals) for moment, _ in intervals)


def was_looked_at(world: Airflow, dag_id: str) -> bool:
    """Return whether the scheduler has decided about the second run since the first one ended."""
    sql = """SELECT 1 FROM dag_run AS later, dag_run AS first WHERE first.dag_id = ? AND later.dag_id = first.dag_id
             AND first.logical_date < later.logical_date AND later.last_scheduling_decision > first.end_date"""
    return bool(world.query(sql, dag_id))


@pytest.mark.parametrize("name", FAILS)
def test_a_task_waits_for_the_run_before_only_where_it_says_so(world, name):
    wait_for(lambda: all(has_ended(world, f"{name}_off", run) for run in (0, 1)), 240, "the runs that do not wait")
    assert states(world, f"{name}_off", 0)[FAILS[name]] == "failed"
    assert set(states(world, f"{name}_off", 1).values()) == {"success"}

    wait_for(lambda: has_ended(world, f"{name}_on", 0), 240, "the first run that fails")
    wait_for(lambda: was_looked_at(world, f"{name}_on"), 240, "the scheduler to look at the second run")
    assert states(world, f"{name}_on", 0)[FAILS[name]] == "failed"
    assert set(states(world, f"{name}_on", 1).values()) == {None}
    assert runs(world, f"{name}_on")[1][1] == "running"

    first = runs(world, f"{name}_on")[0][0]
    wait_for(lambda: marks_success(world, f"{name}_on", first, FAILS[name]), 240, "the API to mark a task")
    wait_for(lambda: has_ended(world, f"{name}_on", 1), 240, "the run that waited")
    assert set(states(world, f"{name}_on", 1).values()) == {"success"}


def marks_success(world: Airflow, *task: str) -> bool:
    """Mark a task as successful; return whether the API could."""
    with suppress(OSError):  # SQLite is busy
        world.mark_success(*task)
        return True
    return False


def test_with_max_active_runs_a_run_begins_when_the_one_before_is_over(world):
    one_by_one = intervals(world, "dag_run", "start_date", "max_active_runs_on")
    assert len(one_by_one) == 3
    assert most_at_once(one_by_one) == 1
    assert most_at_once(intervals(world, "dag_run", "start_date", "max_active_runs_off")) == 3


def test_with_max_active_tasks_a_task_is_queued_when_there_is_a_place(world):
    assert most_at_once(intervals(world, "task_instance", "queued_dttm", "max_active_tasks_on")) == 2
    assert most_at_once(intervals(world, "task_instance", "queued_dttm", "max_active_tasks_off")) == 4


def test_catchup_makes_a_run_for_each_date_that_was_missed(world):
    years = [f"{year}-01-01" for year in range(2024, datetime.now(UTC).year + 1)]
    dates = "SELECT date(logical_date) FROM dag_run WHERE dag_id = ? AND state = 'success' ORDER BY 1"
    wait_for(lambda: len(world.query(dates, "catchup_on")) >= len(years), 240, "the runs of the missed years")
    assert [date for (date,) in world.query(dates, "catchup_on")] == years
    wait_for(lambda: bool(world.query(dates, "catchup_off")), 240, "the run of the last year")
    assert runs(world, "catchup_off") == [runs(world, "catchup_on")[-1]]
    assert [date for (date,) in world.query(dates, "catchup_off")] == years[-1:]


def test_an_update_of_an_asset_starts_one_run_without_a_date(world):
    wait_for(lambda: has_ended(world, "asset_handover_reader", 0), 240, "the reader")
    rows = world.query("SELECT state, logical_date, run_type FROM dag_run WHERE dag_id = 'asset_handover_reader'")
    assert rows == [("success", None, "asset_triggered")]
    assert [state for _, state in runs(world, "asset_handover_writer")] == ["success"]


def test_a_child_waits_without_a_worker_for_the_parents_run_of_its_date(world):
    parent, child = CROSS_DAG
    world.pause(child, paused=False)
    wait_for(lambda: states(world, child, 0).get("wait") == "up_for_reschedule", 240, "the sensor")
    assert states(world, child, 0)["report"] is None
    world.pause(parent, paused=False)
    wait_for(lambda: has_ended(world, child, 0), 240, "the child")
    assert states(world, child, 0) == {"wait": "success", "report": "success"}
    sql = "SELECT run_id, start_date, end_date FROM task_instance WHERE task_id = ?"
    ((of_parent, _, loaded),) = world.query(sql, "load_orders")
    ((of_child, began, _),) = world.query(sql, "report")
    assert of_child == of_parent
    assert loaded < began
