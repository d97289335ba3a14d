"""Scripted pods lead the real operators to the same states and reasons as the real cluster does."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from airflowkit.errors import DagNotFound, LocalRunError
from airflowkit.local.fake.outcomes import (
    Evicted,
    Failed,
    ImagePullBackOff,
    OOMKilled,
    PodOutcomes,
    SecretNotFound,
    SlowStart,
    Succeeded,
    Unschedulable,
)
from airflowkit.local.fake.script import Script
from airflowkit.local.fake_cluster import FakeCluster
from airflowkit.local.process.events import PodCreated

OUTCOMES = {
    "load": [ImagePullBackOff(), Succeeded(logs=["at last"])],
    "failing": Failed(3, logs=["begins", "ValueError: no such day"]),
    "failing_deferred": Failed(3, logs=["ValueError: no such day"]),
    "raw": Failed(3),
    "raw_deferred": ImagePullBackOff(),
    "missing_secret": SecretNotFound(),
    "missing_secret_of_a_volume": SecretNotFound("db"),
    "image_not_found": ImagePullBackOff(),
    "image_not_found_deferred": ImagePullBackOff(),
    "unschedulable": Unschedulable("0/1 nodes are available: 1 Insufficient memory."),
    "unschedulable_deferred": Unschedulable("0/1 nodes are available: 1 Insufficient memory."),
    "evicted": Evicted("Pod ephemeral local storage usage exceeds the total limit of containers 4Mi. "),
    "slow": SlowStart(30),
    "too_slow": SlowStart(90),
    "too_slow_deferred": SlowStart(90),
    "oom_no_limit": OOMKilled(),
}
NO_SECRET = "secret 'db' not found in namespace 'airflow'"
NO_IMAGE = "image not found: 'orders:1'"
NO_NODE = "unschedulable: 0/1 nodes are available: 1 Insufficient memory"
TOO_SLOW = "the pod did not start in time: image 'orders:1' is still being pulled"


@pytest.fixture(scope="module")
def run_scripted(run_locally, warm_airflow):
    """Run a DAG with outcomes; return its result and the pods that were created."""

    def run(dag, outcomes=None):
        planned = PodOutcomes()
        for name, outcome in (outcomes or {}).items():
            planned[name] = outcome
        result, events = run_locally(dag, script=Script(Succeeded(), planned), worker=warm_airflow.worker)
        return result, [event for event in events if isinstance(event, PodCreated)]

    return run


@pytest.fixture(scope="module")
def scripted_run(run_scripted):
    return run_scripted("outcomes", {f"outcomes.{name}": outcome for name, outcome in OUTCOMES.items()})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task_id", "state", "reason"),
    [
        ("load", "success", ""),
        ("deferred", "success", ""),
        ("failing", "failed", "exit code 3: ValueError: no such day"),
        ("failing_deferred", "failed", "exit code 3: ValueError: no such day"),
        ("raw", "failed", ""),
        ("raw_deferred", "failed", ""),
        ("missing_secret", "failed", NO_SECRET),
        ("missing_secret_of_a_volume", "failed", NO_SECRET),
        ("image_not_found", "failed", NO_IMAGE),
        ("image_not_found_deferred", "failed", NO_IMAGE),
        ("unschedulable", "failed", NO_NODE),
        ("unschedulable_deferred", "failed", NO_NODE),
        ("evicted", "failed", "evicted: Pod ephemeral local storage usage exceeds the total limit of containers 4Mi"),
        ("slow", "success", ""),
        ("too_slow", "failed", TOO_SLOW),
        ("too_slow_deferred", "failed", TOO_SLOW),
        ("oom_no_limit", "failed", "out of memory: container 'base' has no memory limit, and its node ran short"),
    ],
)
def test_each_outcome_leads_the_operator_to_its_state_and_reason(scripted_run, task_id, state, reason):
    task = scripted_run[0].task(task_id)
    assert task.state == state
    assert task.reason.startswith(reason)
    assert bool(task.reason) == bool(reason)


@pytest.mark.slow
def test_a_retry_gets_the_next_outcome(scripted_run):
    result, pods = scripted_run
    assert result.task("load").tries == 2
    assert result.task("load").log == "at last"
    assert [pod.try_number for pod in pods if pod.task_id == "load"] == [1, 2]


@pytest.mark.slow
def test_the_manifests_are_those_that_the_operator_sent(scripted_run):
    first = next(pod.manifest for pod in scripted_run[1] if pod.task_id == "load")
    container = first["spec"]["containers"][0]
    assert (container["image"], container["resources"]["limits"]["memory"]) == ("orders:1", "1Gi")
    assert first["metadata"]["namespace"] == "airflow"


@pytest.mark.slow
def test_xcoms_and_map_indices_have_outcomes(run_scripted):
    result, pods = run_scripted(
        "outcome_xcoms",
        {
            "outcome_xcoms.xcom": Succeeded(xcom={"rows": 3}),
            "outcome_xcoms.xcom_deferred": Succeeded(xcom={"rows": "4"}),
            "outcome_xcoms.mapped": {1: Failed(7)},
        },
    )
    assert [result.task("mapped", index).state for index in range(3)] == ["success", "failed", "success"]
    sent = {pod.task_id: pod.manifest["spec"]["containers"][0].get("args") for pod in pods}
    assert (sent["after_xcom"], sent["after_xcom_deferred"]) == (["rows=3"], ["rows=4"])


def test_a_single_task_is_run_and_waiting_takes_no_time(run_scripted):
    began = time.monotonic()
    result, pods = run_scripted("outcomes.slow", {"outcomes.slow": SlowStart(59, then=Failed(2))})
    assert [(task.task_id, task.state) for task in result.tasks] == [("slow", "failed")]
    assert len(pods) == 1
    assert time.monotonic() - began < 59


@pytest.mark.parametrize(
    ("outcomes", "error", "message"),
    [
        ({"outcomes.lod": Succeeded()}, DagNotFound, "DAG 'outcomes' has no task 'lod'; did you mean 'load'?"),
        ({"outcome.load": Succeeded()}, DagNotFound, "no DAG 'outcome.load'"),
        ({"outcome_xcoms.names": Succeeded()}, LocalRunError, "the task starts no pod"),
        (
            {"outcomes.deferred": [Succeeded()] * 2},
            LocalRunError,
            "2 outcomes, but the task is tried once; give fewer outcomes",
        ),
        ({"outcomes.deferred": {1: Succeeded()}}, LocalRunError, "the task is not mapped"),
        ({"outcomes": Succeeded()}, DagNotFound, "outcome of 'outcomes': name a task"),
    ],
)
def test_an_outcome_that_cannot_happen_is_an_error(run_scripted, outcomes, error, message):
    with pytest.raises(error) as raised:
        run_scripted("outcomes.deferred", outcomes)
    assert message in str(raised.value)


def test_a_secret_that_the_pod_does_not_refer_to_cannot_be_missing(run_scripted):
    result, _ = run_scripted("outcomes.missing_secret", {"outcomes.missing_secret": SecretNotFound("other")})
    assert "refers to no secret 'other'" in result.task("missing_secret").reason


def test_what_is_not_an_outcome_is_refused_where_it_is_assigned():
    with pytest.raises(TypeError, match=r"outcome of 'a\.b': write Succeeded\(\.\.\.\), an instance"):
        PodOutcomes()["a.b"] = Succeeded
    with pytest.raises(TypeError, match=r"outcome of 'a\.b'"):
        PodOutcomes()["a.b"] = []


def test_outcomes_know_which_of_them_no_pod_used():
    outcomes = PodOutcomes()
    outcomes["a.b"] = [Failed(3), Succeeded()]
    outcomes["a.c"] = {0: Succeeded(), 5: Evicted("full")}
    script = Script(Succeeded(), outcomes)
    for task, map_index, try_number in (("a.b", -1, 1), ("a.c", 0, 1), ("a.c", 1, 1), ("x.y", -1, 1)):
        script.outcome(task, map_index, try_number)
    outcomes.note(script.used)
    assert outcomes.unused == ["a.b, try 2: Succeeded(xcom=None, logs=())", "a.c[5]: Evicted(message='full', logs=())"]
    del outcomes["a.c"]
    outcomes["a.b"] = Failed(4)
    assert outcomes.unused == ["a.b: Failed(exit_code=4, logs=())"]


def test_a_script_is_the_same_in_another_process():
    outcomes = PodOutcomes()
    outcomes["a.b"] = {2: [SlowStart(3, then=Failed(4, logs=["x"])), Evicted()]}
    script = Script(OOMKilled(), outcomes)
    again = Script.from_json(script.as_json())
    assert again.as_json() == script.as_json()
    assert again.outcome("a.b", 2, 1) == SlowStart(3, then=Failed(4, logs=["x"]))
    assert again.outcome("a.b", 2, 9) == Evicted()
    assert again.outcome("a.b", 1, 1) == again.outcome("c.d", -1, 1) == OOMKilled()


def test_outcomes_are_imported_without_airflow():
    statement = "import airflowkit.local.fake.outcomes, sys; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True, check=True)
    assert not {"airflow", "kubernetes", "pydantic", "jinja2", "rich"} & set(result.stdout.split())


def test_a_fake_cluster_runs_a_task_by_its_name_and_keeps_the_pods_it_was_sent(warm_airflow, repository):
    events = []
    cluster = FakeCluster(repository / "dags", warm_airflow.worker, events.append)
    cluster.outcomes["outcomes.failing"] = Failed(3, logs=["no such day"])
    result = cluster.run("outcomes.failing")
    assert (result.ok, result.task("failing").reason) == (False, "exit code 3: no such day")
    assert {pod["metadata"]["labels"]["task_id"] for pod in cluster.pods} == {"failing"}
    assert cluster.outcomes.unused == []
    assert cluster.pods == [event.manifest for event in events if isinstance(event, PodCreated)]
    with pytest.raises(DagNotFound, match="did you mean"):
        cluster.run("outcomes.failin")
