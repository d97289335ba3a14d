"""`memory_after_oom`: the next try of a pod that ran out of memory has more, and no other try has."""

from __future__ import annotations

import pytest

from airflowkit._airflow import has_retry_policies
from airflowkit.local.fake.outcomes import Evicted, Failed, OOMKilled, PodOutcomes, Succeeded
from airflowkit.local.fake.script import Script
from airflowkit.local.process.events import PodCreated
from airflowkit.local.run import run_dag

STATES = pytest.mark.skipif(not has_retry_policies(), reason="before 3.3 nothing is kept from one try to the next")
DAG_FILE = """
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG
from airflowkit import Resources, RetryByCause, pod_task

common = {"image": "orders:1", "namespace": "n", "cmds": ["load"], "retries": 3,
          "resources": Resources(cpu="1", memory="2Gi", memory_after_oom=["4Gi", "8Gi"])}

with DAG("memory", schedule=None):
    pod_task("climbs", **common)
    pod_task("deferred", deferrable=True, **common)
    pod_task("evicted_between", **common)
    pod_task("fails_otherwise", **common)
    pod_task("never_enough", **common)
    pod_task("is_ended", retry_policy=RetryByCause(never=["out-of-memory"]), **common)
    pod_task("by_cause", retry_policy=RetryByCause(), **common)
    pod_task("without", **{**common, "resources": Resources(memory="2Gi")})
    pod_task.partial("mapped", **common).expand(arguments=[["east"], ["west"]])
    again = {"trigger_dag_id": "cleared", "trigger_run_id": "once"}
    TriggerDagRunOperator(task_id="first", **again) >> TriggerDagRunOperator(
        task_id="clears_it", reset_dag_run=True, **again
    )

with DAG("cleared", schedule=None):
    pod_task("pod", **common)
"""
DEATHS = {
    "climbs": [OOMKilled(), OOMKilled(), Succeeded()],
    "deferred": [OOMKilled(), OOMKilled(), Succeeded()],
    "evicted_between": [OOMKilled(), Evicted(), OOMKilled(), Succeeded()],
    "fails_otherwise": [Failed(1), Failed(1), Failed(1), Failed(1)],
    "never_enough": OOMKilled(),
    "is_ended": OOMKilled(),
    "by_cause": [OOMKilled(), Succeeded()],
    "without": [OOMKilled(), Succeeded()],
    "mapped": {0: [OOMKilled(), Succeeded()], 1: Succeeded()},
    "cleared.pod": [OOMKilled(), Succeeded(), OOMKilled(), Succeeded()],
}


@pytest.fixture(scope="module")
def run(warm_airflow, repository):
    """The result of a run, and the pods of each task's tries."""
    file = repository / "dags" / "memory.py"
    file.write_text(DAG_FILE)
    outcomes = PodOutcomes()
    outcomes.update({f"{'' if '.' in task else 'memory.'}{task}": outcome for task, outcome in DEATHS.items()})
    pods = {}

    def take(event):
        if isinstance(event, PodCreated):
            pods.setdefault((event.task_id, event.map_index), []).append(event.manifest)

    script = Script(Succeeded(), outcomes)
    result = run_dag(
        "memory", dags_folder=repository / "dags", script=script, worker=warm_airflow.worker, on_event=take
    )
    yield result, pods
    file.unlink()


def memory_of(pod):
    (base, *_) = pod["spec"]["containers"]
    amounts = base["resources"]
    assert amounts["requests"]["memory"] == amounts["limits"]["memory"]
    return amounts["limits"]["memory"]


@STATES
@pytest.mark.parametrize(
    ("task", "index", "state", "memory"),
    [
        ("climbs", -1, "success", ["2Gi", "4Gi", "8Gi"]),
        ("deferred", -1, "success", ["2Gi", "4Gi", "8Gi"]),
        ("evicted_between", -1, "success", ["2Gi", "4Gi", "4Gi", "8Gi"]),
        ("fails_otherwise", -1, "failed", ["2Gi", "2Gi", "2Gi", "2Gi"]),
        ("never_enough", -1, "failed", ["2Gi", "4Gi", "8Gi", "8Gi"]),
        ("is_ended", -1, "failed", ["2Gi"]),
        ("by_cause", -1, "success", ["2Gi", "4Gi"]),
        ("without", -1, "success", ["2Gi", "2Gi"]),
        ("mapped", 0, "success", ["2Gi", "4Gi"]),
        ("mapped", 1, "success", ["2Gi"]),
    ],
)
def test_only_running_out_of_memory_raises_it(run, task, index, state, memory):
    result, pods = run
    assert [memory_of(pod) for pod in pods[task, index]] == memory
    assert result.task(task, index).state == state


@STATES
def test_what_a_try_has_is_an_annotation_of_its_pod(run):
    found = [pod["metadata"].get("annotations", {}) for pod in run[1]["climbs", -1]]
    key = "airflowkit/memory-after-oom"
    assert [annotations.get(key) for annotations in found] == [None, "4Gi", "8Gi"]


@STATES
def test_a_failure_says_which_step_it_had(run):
    result, _ = run
    assert result.task("never_enough").hint.startswith(
        "this try had 8Gi, step 2 of 2 of memory_after_oom; raise memory"
    )
    assert "memory_after_oom" not in result.task("fails_otherwise").hint
    assert result.task("is_ended").hint.startswith(
        "not tried again, out-of-memory is never tried again (3 tries saved)"
    )
    assert result.task("never_enough").reason.startswith(
        "out of memory: container 'base' used up its memory limit of 8Gi"
    )


@STATES
def test_a_cleared_task_begins_at_its_first_step(run):
    assert [memory_of(pod) for pod in run[1]["cleared.pod", -1]] == ["2Gi", "4Gi", "2Gi", "4Gi"]
