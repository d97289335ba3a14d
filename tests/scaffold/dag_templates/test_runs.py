"""How the run of each template's DAG ends, as its page says: with a date and without one."""

import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflowkit.local.process.events import LogLine, Output, TaskFailed
from airflowkit.scaffold.answers.dag import DagAnswers
from airflowkit.scaffold.creation import create_repository
from airflowkit.scaffold.dag_templates.catalogue import built_in
from airflowkit.scaffold.new_dag import NewDag
from azurite import AZURITE, azurite, connection_string, free_port
from scaffold.combinations import answers

TEMPLATES = built_in()
ENDS_OTHERWISE = {"alert-watchdog", "blob-sensor", "teams-alert"}
GREEN = [name for name in TEMPLATES.folders if name not in ENDS_OTHERWISE]
QUICK = {"pod", "script", "cross-dag"}
SAYS = {
    "backfill": "loading 20",
    "cross-dag": "working on the result of 20",
    "etl": "loading clean/20",
    "file-to-volume": "lyon: 80",
    "mapped": "loading lyon for 20",
    "pod": "Hello from the pod of 20",
    "python": "3 orders, 245 in total",
    "script": " berlin: 165",
    "sequential": "balancing 20",
    "taskflow": "245 in 2 channels",
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    root = tmp_path_factory.mktemp("new") / "dags"
    create_repository(answers(), root)
    for name in TEMPLATES.folders:
        NewDag(TEMPLATES.template(name), DagAnswers(name=dag_id(name)), {}, root / "dags").write()
        for schedule, ending in (("", "unscheduled"), ("@continuous", "continuous")):
            template = TEMPLATES.template(name)
            if schedule not in template.refused_schedules:
                dag = DagAnswers(name=f"{dag_id(name)}_{ending}", schedule=schedule)
                NewDag(template, dag, {}, root / "dags").write()
    child = DagAnswers(name="child")
    NewDag(TEMPLATES.template("cross-dag"), child, {"parent": "my_pod"}, root / "dags").write()
    return root


@pytest.fixture(scope="module")
def run(repository):
    from airflowkit.local.run import run_dag
    from airflowkit.local.worker.warm import WarmAirflow

    with WarmAirflow() as airflow:

        def ended(dag, logical_date=None):
            events = []
            arguments = {"runtime": "process", "worker": airflow.worker, "logical_date": logical_date}
            result = run_dag(dag, dags_folder=repository / "dags", on_event=events.append, **arguments)
            return result, events

        yield ended


def dag_id(template):
    return f"my_{template.replace('-', '_')}"


def marked(template):
    marks = [pytest.mark.namespaces] if template in {"script", "file-to-volume", "etl"} else []
    return pytest.param(template, marks=marks if template in QUICK else [*marks, pytest.mark.slow])


@pytest.mark.parametrize("logical_date", [None, "2026-02-03T04:05", "none"], ids=["now", "past", "undated"])
@pytest.mark.parametrize("template", [marked(name) for name in GREEN])
def test_the_run_is_green(run, template, logical_date):
    result, events = run(dag_id(template), logical_date)
    texts = [event.text for event in events if isinstance(event, (LogLine, Output))]
    assert result.ok, texts
    assert {task.state for task in result.tasks} == {"success"}
    assert {task.tries for task in result.tasks} == {1}
    assert any(SAYS[template] in text for text in texts), texts


@pytest.mark.slow
@pytest.mark.namespaces
@pytest.mark.parametrize("ending", ["unscheduled", "continuous"])
@pytest.mark.parametrize("template", GREEN)
def test_the_run_is_green_with_any_schedule(run, template, ending):
    if ending == "continuous" and template == "cross-dag":
        pytest.skip("it has no such schedule")
    assert run(f"{dag_id(template)}_{ending}")[0].ok


@pytest.mark.slow
@pytest.mark.parametrize("logical_date", [None, "none"])
def test_a_dag_runs_after_the_parent_that_was_named(run, logical_date):
    result, _ = run("child", logical_date)
    assert result.ok
    assert [other.dag_id for other in result.others] == ["my_pod"]


@pytest.mark.parametrize("logical_date", [None, "none"])
def test_the_alert_to_look_at_fails_and_shows_one_card(run, logical_date):
    result, events = run("my_teams_alert", logical_date)
    assert [(task.task_id, task.state, task.tries) for task in result.tasks] == [("fail", "failed", 1)]
    assert sum(isinstance(event, TaskFailed) for event in events) == 1
    assert len(result.alerts) == 1
    assert "orders.csv has 3 columns, expected 4" in str(result.alerts[0])


def test_without_an_airflow_to_look_at_the_watchdog_says_what_it_needs(run, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_AIRFLOW_API", raising=False)
    result, events = run("my_alert_watchdog")
    assert [(task.task_id, task.state, task.tries) for task in result.tasks] == [("watchdog", "failed", 1)]
    (said,) = {event.text for event in events if isinstance(event, TaskFailed)}
    assert "cannot read the connection 'airflow_api'" in said
    assert "role Viewer" in said


@pytest.mark.slow
@pytest.mark.parametrize("is_defined", [False, True])
def test_without_a_storage_the_sensor_fails_at_once_and_says_one_thing(run, monkeypatch, is_defined):
    monkeypatch.delenv("AIRFLOW_CONN_WASB_DEFAULT", raising=False)
    if is_defined:
        monkeypatch.setenv("AIRFLOW_CONN_WASB_DEFAULT", connection(free_port()))
    began = time.monotonic()
    result, events = run("my_blob_sensor")
    assert time.monotonic() - began < 60
    assert [task.state for task in result.tasks] == ["failed", "upstream_failed"]
    (said,) = {event.text for event in events if isinstance(event, TaskFailed)}
    assert ("Connection refused" if is_defined else "set AIRFLOW_CONN_WASB_DEFAULT, or write") in said


@pytest.mark.slow
@pytest.mark.skipif(not AZURITE, reason="needs Azurite: npm install azurite, and AZURITE=.../azurite-blob")
@pytest.mark.parametrize("logical_date", [None, "none"])
def test_the_sensor_finds_a_file_in_azurite(run, monkeypatch, tmp_path, logical_date):
    with blob_storage(tmp_path) as port:
        monkeypatch.setenv("AIRFLOW_CONN_WASB_DEFAULT", connection(port))
        result, events = run("my_blob_sensor", logical_date)
    assert result.ok
    assert any(event.text.startswith("loading orders/20") for event in events if isinstance(event, LogLine))


def connection(port):
    return f'{{"conn_type": "wasb", "extra": {{"connection_string": "{connection_string(port)}"}}}}'


@contextmanager
def blob_storage(folder):
    """A blob storage with the files of today and of tomorrow; yields its port."""
    from azure.storage.blob import BlobServiceClient

    with azurite(folder) as port:
        with BlobServiceClient.from_connection_string(connection_string(port)) as client:
            container = client.create_container("orders")
            for days in (0, 1):
                container.upload_blob(f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}.csv", b"berlin,120\n")
        yield port


@pytest.mark.parametrize("name", ["tests/test_my_script.py"])
def test_the_test_of_a_script_passes(repository, name):
    import sys

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name]
    ended = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert "2 passed" in ended.stdout
    assert Path(repository / "scripts/my_script/Dockerfile").is_file()
