"""Pods as containers of a real podman or docker.

They need the image `localhost/busybox:1` in the engine.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from airflowkit.local.process.events import Notice, TaskFailed
from airflowkit.local.runtimes import choose_runtime, engine
from airflowkit.local.runtimes.container_engine import EngineRuntime
from pods.diagnostics.test_diagnosis_cluster import DEATHS

pytestmark = pytest.mark.podman

SIDECAR = {"conn_type": "kubernetes", "extra": {"xcom_sidecar_container_image": "localhost/busybox:1"}}


@pytest.fixture(scope="module")
def both(run_locally):
    """The same DAG by the engine and by processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_KUBERNETES_DEFAULT", json.dumps(SIDECAR))
        return run_locally("kinds", runtime=engine()), run_locally("kinds", runtime="process")


def test_auto_takes_the_engine(monkeypatch):
    monkeypatch.delenv("AIRFLOWKIT_RUNTIME")
    assert isinstance(choose_runtime("auto"), EngineRuntime)


def test_pods_end_as_with_processes(both):
    (by_engine, _), (by_process, _) = both
    states = [[(task.label, task.state, task.tries) for task in result.tasks] for result in (by_engine, by_process)]
    assert states[0] == states[1]


def test_pods_write_what_processes_write(both):
    (by_engine, _), (by_process, _) = both
    for task_id in ("sync", "pushing", "pulling", "deferred", "environment", "expanded", "private", "prepared"):
        assert sorted(by_engine.task(task_id).log.split()) == sorted(by_process.task(task_id).log.split())


def test_it_says_what_runs_the_pods(both):
    notices = [event.text for event in both[0][1] if isinstance(event, Notice)]
    assert f"pods run as containers of {engine()}; --runtime process needs no images" in notices


def test_an_image_that_cannot_be_pulled_is_said(run_locally, repository):
    file = repository / "dags" / "no_image.py"
    file.write_text(
        "from airflow.sdk import DAG\n"
        "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator as Pod\n"
        "with DAG('no_image', schedule=None):\n"
        "    Pod(task_id='pod', image='localhost/no-such-image:1', cmds=['true'])\n"
    )
    result, events = run_locally("no_image", runtime=engine())
    file.unlink()
    assert result.task("pod").state == "failed"
    assert any("localhost/no-such-image:1" in event.text for event in events if isinstance(event, Notice))


def test_a_container_that_exceeds_its_memory_is_reported_as_in_a_cluster(run_locally, repository):
    keywords, reason = DEATHS["out_of_memory"]
    file = repository / "dags" / "hungry.py"
    file.write_text(
        "from airflow.sdk import DAG\n"
        "from airflowkit import pod_task\n"
        "with DAG('hungry', schedule=None):\n"
        f"    pod_task('pod', image='localhost/busybox:1', **{keywords!r})\n"
    )
    _, events = run_locally("hungry", runtime=engine())
    file.unlink()
    (failure,) = (event for event in events if isinstance(event, TaskFailed))
    assert failure.reason.startswith(reason)


def test_no_container_is_left(both):
    listed = subprocess.run(
        [engine(), "ps", "--all", "--quiet", "--filter", "label=airflowkit-run"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout == ""
