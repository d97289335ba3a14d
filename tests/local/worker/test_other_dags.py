"""DAGs that start or wait for others: both run, in the order of production, on a real Airflow."""

from __future__ import annotations

import pytest

from airflowkit._airflow import airflow_version
from airflowkit.local.fake.outcomes import OOMKilled, Succeeded
from airflowkit.local.fake.script import Script
from airflowkit.local.process.events import AlertKept, LogLine, Notice, Output, TaskFailed, TaskStarted

pytestmark = pytest.mark.slow


@pytest.fixture
def run(run_locally, warm_airflow):
    def run_quickly(dag, **arguments):
        return run_locally(dag, worker=warm_airflow.worker, **arguments)

    return run_quickly


def texts(events, kind=Notice):
    return [event.text for event in events if isinstance(event, kind)]


def started(events):
    return [event.task_id for event in events if isinstance(event, TaskStarted)]


def states(result):
    return {task.label: task.state for task in result.tasks}


def test_a_dag_that_a_task_triggers_runs_when_it_does_with_its_conf_and_its_pods(run):
    result, events = run("starts")
    assert result.ok
    loads = ["loads.load", "loads.pod"]
    assert started(events) == ["before", "kick", *loads, "undated", *loads, "after"]
    assert {"loads s1 False", "loads all True"} <= set(texts(events, Output))
    assert ("loads.pod", "from the pod") in [(each.task_id, each.text) for each in events if isinstance(each, LogLine)]
    assert [(each.dag_id, each.state, each.awaited) for each in result.others] == [
        ("loads", "success", True),
        ("loads", "success", False),
    ]
    assert result.others[0].task("pod").log == "from the pod"
    assert f"after {result.others[0].run_id}" in texts(events, Output)


def test_a_failure_of_a_dag_that_nobody_waits_for_fails_the_answer_and_not_the_task(run):
    result, events = run("starts_broken")
    assert (result.state, states(result), result.ok) == ("success", {"kick": "success"}, False)
    assert result.others[0].state == "failed"
    assert [event.task_id for event in events if isinstance(event, TaskFailed)] == ["breaks.bad"]
    assert [event.conn_id for event in events if isinstance(event, AlertKept)] == ["breakage"]


def test_a_task_that_waits_fails_or_not_as_its_states_say(run):
    result, events = run("waits_for_broken")
    assert states(result) == {"kick": "failed", "never": "upstream_failed", "tolerant": "success"}
    said = "kick: the DAG that it waits for, 'breaks', ended failed"
    assert said in texts(events, TaskFailed)
    assert not any("Traceback" in text or "finished with failed state" in text for text in texts(events, Output))
    assert len(texts(events, TaskFailed)) == 3  # its own, and that of the two runs
    assert len([event for event in events if isinstance(event, AlertKept)]) == 2


def test_a_task_that_would_wait_for_ever_fails(run):
    result, events = run("never_satisfied")
    assert states(result) == {"kick": "failed"}
    assert any("neither allowed_states nor failed_states" in text for text in texts(events, TaskFailed))


def test_runs_that_exist_are_told_apart_as_in_production(run):
    result, events = run("twice")
    assert states(result) == {
        "many[0]": "success",
        "many[1]": "success",
        "same": "success",
        "again": "success",
        "skipped": "skipped",
        "refused": "failed",
    }
    assert [other.run_id for other in result.others][2:] == ["one", "one"]
    assert texts(events, TaskFailed) == ["refused: DAG 'loads' has a run of that id or date already"]
    assert {"loads s1 False", "loads s2 False"} <= set(texts(events, Output))


def test_a_triggered_dag_triggers_others(run):
    result, _ = run("chain")
    assert [other.dag_id for other in result.others] == ["loads", "loads", "starts"]
    assert result.ok


def test_what_cannot_run_here_is_told_in_one_line(run, repository):
    (repository / "airflowkit.toml").write_text('[check]\nexternal_dags = ["sales_*"]\n')
    result, events = run("strangers")
    assert states(result) == {
        "elsewhere": "success",
        "elsewhere_too": "success",
        "unknown": "failed",
        "unknown_too": "failed",
        "wrong": "failed",
    }
    said = texts(events)
    assert (
        "elsewhere does not start DAG 'sales_nightly' here: it is in another repository ([check] external_dags)" in said
    )
    assert any(text.startswith("elsewhere_too does not wait for DAG 'sales_hourly' here") for text in said)
    failed = " ".join(texts(events, TaskFailed))
    assert "no DAG 'load' in" in failed
    assert "did you mean 'loads'?" in failed
    assert "no DAG 'nobody' in" in failed
    why = (
        "Invalid input for param shop: 3 is not of type 'string'" if airflow_version() >= (3, 3) else "Internal server"
    )
    assert f"wrong: ServerResponseError: {why}" in failed
    assert len(texts(events, TaskFailed)) == 3
    assert not any("XCom not found" in text for text in texts(events, Output))


def test_a_dag_that_is_running_is_not_started_again(run):
    result, events = run("circle")
    assert result.ok
    assert "self does not start DAG 'circle' here: it is running" in texts(events)


def test_a_run_that_a_sensor_waits_for_runs_first_and_once(run):
    result, events = run("waits", logical_date="2026-05-05T04:00")
    assert states(result) == {"dag": "success", "its_task": "success", "several": "success"}
    assert started(events).count("loads.pod") == 2
    assert [other.run_id[8:18] for other in result.others] == ["2026-05-05", "2026-05-04"]
    assert any(text.startswith("dag waits for the run of DAG 'loads' of 2026-05-05T03:00") for text in texts(events))


def test_a_sensor_that_nothing_ends_does_at_once_what_its_timeout_does(run):
    result, events = run("waits_in_vain")
    assert states(result) == {
        "good": "success",
        "failed": "failed",
        "times_out": "failed",
        "soft": "skipped",
        "of_assets": "failed",
        "unscheduled": "success",
    }
    failed = {event.task_id: event.reason for event in events if isinstance(event, TaskFailed)}
    assert "The external DAG breaks failed" in failed["failed"]
    assert "in production it waits until its timeout of 1:00:00" in failed["times_out"]
    assert "DAG 'assets_start_it' is not started by dates: its runs have none" in failed["of_assets"]
    assert any("it has no schedule, so elsewhere somebody has to start that run" in text for text in texts(events))


def test_the_fake_cluster_scripts_the_pods_of_the_other_dag(run):
    script = Script(Succeeded(), {"loads.pod": OOMKilled()})
    result, _ = run("starts", script=script)
    assert result.task("kick").state == "failed"
    assert result.others[0].task("pod").reason.startswith("out of memory")
