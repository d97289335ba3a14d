"""A pod that dies on this computer is diagnosed in the same words as on a real cluster."""

import pytest

from airflowkit.local.process.events import TaskFailed, TaskStarted
from pods.dag_runs import NAMESPACE
from pods.diagnostics.test_diagnosis_cluster import DEATHS

pytestmark = [pytest.mark.slow, pytest.mark.namespaces]

ALIKE = ("exit_code", "command_not_found", "missing_secret", "missing_secret_of_a_volume", "init_container", "deadline")

DAG_FILE = """
from airflow.sdk import DAG
from airflowkit import pod_task

DEATHS = {deaths!r}

with DAG("deaths", schedule=None):
    for name, keywords in DEATHS.items():
        pod_task(name, namespace={namespace!r}, termination_grace_period=1, **{{"image": "busybox:1.37"}} | keywords)
"""


@pytest.fixture(scope="module")
def failures(run_locally, repository):
    """The reason of each task's failure, by task."""
    deaths = {name: DEATHS[name][0] for name in ALIKE}
    file = repository / "dags" / "deaths.py"
    file.write_text(DAG_FILE.format(deaths=deaths, namespace=NAMESPACE))
    result, events = run_locally("deaths")
    file.unlink()
    assert result.state == "failed"
    reasons, running = {}, ""
    for event in events:
        if isinstance(event, TaskStarted):
            running = event.task_id
        elif isinstance(event, TaskFailed):
            reasons[running] = event.reason
    return reasons


@pytest.mark.parametrize("death", ALIKE)
def test_the_words_are_those_of_the_cluster(failures, death):
    assert failures[death].startswith(DEATHS[death][1])
