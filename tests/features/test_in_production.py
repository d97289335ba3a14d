"""The features' DAGs end under a real scheduler, LocalExecutor, DAG processor and triggerer as in a local run."""

from __future__ import annotations

import shutil
import urllib.error
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_parts import airflow, wait_for
from features.ends import END_STATES, ENDS, TaskState, expected, present, present_files, states

if TYPE_CHECKING:
    from airflow_parts import Airflow

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_airflow(3, 1, "a local run"),
    pytest.mark.timeout(1500),  # all runs are one fixture: two minutes, and more on a busy computer
]

POLICY = '''
"""Retries wait a second: an hour is for production."""
from datetime import timedelta

def task_policy(task):
    task.retry_delay = timedelta(seconds=1)
'''
ELSEWHERE = '''
"""The other executor, on this computer as well."""
from airflow.executors.local_executor import LocalExecutor

class Elsewhere(LocalExecutor):
    pass
'''
ASKING = ("deferred", "awaiting_input")
BY_ASSETS = ("asset_of_", "partition_consumer")
ASSETS = ("s3://orders/", "s3://parcels/", "s3://more/")
PARTITION = "2026-01-01T00:00:00"
OPTIONS: dict[str, dict[str, Any]] = {"partition_producer": {"partition_key": PARTITION}}
RUN = [dag_id for dag_id in present() if dag_id != "pods" and not ENDS[dag_id].refused]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    home = tmp_path_factory.mktemp("production")
    (home / "dags").mkdir()
    (home / "config").mkdir()
    (home / "config" / "airflow_local_settings.py").write_text(POLICY)
    (home / "config" / "elsewhere.py").write_text(ELSEWHERE)
    for file in present_files():
        if file.name != "pods.py":
            shutil.copy(file, home / "dags")
    environment = {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor,KubernetesExecutor:elsewhere.Elsewhere",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
    }
    with airflow(home, environment, ("api-server", "dag-processor")) as started:
        wait_for(lambda: set(started.dags()) >= {*present()} - {"pods"}, 120, "the DAGs")
        yield started


@pytest.fixture(scope="module")
def run_ids(world) -> dict[str, str]:
    """Start every DAG as production does, and wait until all have ended."""
    now, dags = datetime.now(UTC), world.dags()
    by_themselves = {dag_id for dag_id in RUN if dag_id.startswith(BY_ASSETS) or is_due(dags[dag_id], now)}
    found = {
        dag_id: world.trigger(dag_id, None if dag_id in OPTIONS else now.isoformat(), **OPTIONS.get(dag_id, {}))
        for dag_id in RUN
        if dag_id not in by_themselves
    }
    for uri in ASSETS:
        world.update_asset(uri)
    if "partition_consumer" in RUN:
        world.update_asset("s3://hourly/", partition_key=PARTITION)
    world.start("scheduler", "triggerer")  # not before: SQLite has one writer
    wait_for(lambda: all_ended(world), 1200, "the ends of all runs")
    return first_runs(world) | found


def is_due(dag: dict[str, Any], now: datetime) -> bool:
    after = dag["next_dagrun_run_after"]
    return after is not None and datetime.fromisoformat(after) <= now


def all_ended(world: Airflow) -> bool:
    # Airflow fails a task that is answered before its scheduler has heard that the first process has ended.
    long_ago = f"{datetime.now(UTC) - timedelta(seconds=5):%Y-%m-%d %H:%M:%S}"
    asked = "SELECT state FROM task_instance WHERE dag_id = 'asks' AND task_id = 'approve' AND updated_at < ?"
    for (state,) in world.query(asked, long_ago):
        if state in ASKING:
            (choices,) = ENDS["asks"].arguments["answers"].values()
            with suppress(OSError):  # not yet, or too busy
                world.answer("asks", first_runs(world)["asks"], "approve", choices)
    over = {dag_id for (dag_id,) in world.query("SELECT dag_id FROM dag_run WHERE state IN ('success', 'failed')")}
    if "schedule_continuous" in over and not world.query("SELECT 1 FROM dag WHERE is_paused"):
        with suppress(OSError):
            world.pause("schedule_continuous")
    return over >= {dag_id for dag_id in RUN if not ENDS[dag_id].in_production}


def first_runs(world: Airflow) -> dict[str, str]:
    return {
        dag_id: run_id for dag_id, run_id, _ in world.query("SELECT dag_id, run_id, min(id) FROM dag_run GROUP BY 1")
    }


@pytest.mark.parametrize("dag_id", RUN)
def test_a_run_ends_as_the_table_says_that_it_does_in_a_local_run(world, run_ids, dag_id):
    end, run_id = ENDS[dag_id], run_ids[dag_id]
    state = world.run_state(dag_id, run_id)
    if end.in_production:
        assert state not in END_STATES
        return
    tasks = [TaskState(it["task_id"], it["map_index"], it["state"]) for it in world.tasks(dag_id, run_id)]
    assert (state, states(tasks)) == (end.state, expected(end, tasks))
    said = [text.rpartition(" | ")[2] for text in end.says]
    logged = logs(world, dag_id)
    assert [text for text in said if text not in logged] == []


def logs(world: Airflow, dag_id: str) -> str:
    """Return what a DAG's tasks have logged, and the callbacks of its runs."""
    folder = world.home / "logs"
    files = [*(folder / f"dag_id={dag_id}").rglob("*.log"), *(folder / "dag_processor").rglob("*.log")]
    return "\n".join(file.read_text() for file in files)


def test_a_run_that_is_refused_here_is_not_started_there(world):
    assert {dag_id for dag_id in present() if ENDS[dag_id].refused} == {"parameter_required", "schedule_ended"}
    with pytest.raises(urllib.error.HTTPError, match="400"):
        world.trigger("parameter_required")
    assert world.dags()["schedule_ended"]["next_dagrun_run_after"] is None
    assert "schedule_ended" not in first_runs(world)
