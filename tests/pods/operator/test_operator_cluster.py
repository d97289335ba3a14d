"""The fixes of the operator, each beside what the plain KubernetesPodOperator does."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from pods.dag_runs import QUICK, make_namespace, run_dag

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
    # kubernetes_asyncio leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

INTERRUPTIONS = {
    "running": "sigterm",
    "created": "sigterm",
    "resumed": "sigterm",
    "stubborn": "success",
    "retried": "failed",
    "abandoned": "trigger",
    "late": "timeout",
}


@pytest.fixture(scope="module", autouse=True)
def interrupted():
    """Start what takes long at once; return a function that waits for it and gives each task's end."""
    make_namespace()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
    script = str(Path(__file__).parent / "supervised.py")
    processes = {}
    for kind in ("checked", "plain"):
        words = [word for name, how in INTERRUPTIONS.items() for word in (f"{kind}_{name}", how)]
        processes[kind] = subprocess.Popen(
            [sys.executable, script, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
    ends = {}

    def end_of(task):
        if task not in ends:
            out, err = processes[task.partition("_")[0]].communicate(timeout=300)
            found = [json.loads(line) for line in out.splitlines() if line.startswith('{"task"')]
            assert len(found) == len(INTERRUPTIONS), out[-2000:] + err[-4000:]
            ends.update({each["task"]: each for each in found})
        return ends[task]

    yield end_of
    for process in processes.values():
        # With its tasks: they hold its output open, and some never end by themselves.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def local_sidecar(monkeypatch):
    """The node can pull nothing: XCom's sidecar comes from an image that it has."""
    extra = {"xcom_sidecar_container_image": QUICK["image"]}
    connection = {"conn_type": "kubernetes", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_KUBERNETES_DEFAULT", json.dumps(connection))


def _operators():
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

    from airflowkit.pods.operator.operator import CheckedPodOperator

    return CheckedPodOperator, KubernetesPodOperator


def _failure(home, dag_id, operator, **keywords):
    return run_dag(home, dag_id, lambda: operator(task_id="pod", **QUICK | keywords)).failure


@pytest.mark.parametrize("deferrable", [False, True], ids=["sync", "deferred"])
def test_a_pods_xcom_arrives(airflow_db, local_sidecar, deferrable):
    checked, _ = _operators()
    script = ["sh", "-c", "echo '{\"rows\": 3}' > /airflow/xcom/return.json"]
    run = run_dag(
        airflow_db,
        f"returns_{deferrable}",
        lambda: checked(task_id="pod", cmds=script, do_xcom_push=True, deferrable=deferrable, **QUICK),
    )
    assert run.states == {"pod": "success"}
    assert run.xcoms["pod", "return_value"] == {"rows": 3}


def test_a_broken_xcom_is_named(airflow_db, local_sidecar):
    checked, _ = _operators()
    script = ["sh", "-c", "echo rows > /airflow/xcom/return.json"]
    failure = _failure(airflow_db, "returns_no_json", checked, cmds=script, do_xcom_push=True)
    assert str(failure).startswith("XCom: /airflow/xcom/return.json is not valid JSON")


def test_each_mapped_pod_ends_by_itself(airflow_db):
    checked, _ = _operators()
    run = run_dag(
        airflow_db,
        "mapped_pods",
        lambda: checked.partial(task_id="pod", **QUICK).expand(cmds=[["true"], ["sh", "-c", "exit 4"]]),
    )
    assert run.states == {"pod[0]": "success", "pod[1]": "failed"}
    assert run.xcoms["pod[1]", "airflowkit_diagnosis"]["reason"] == "exit code 4, and it wrote no log"


def test_a_retry_gets_a_pod_of_its_own(airflow_db):
    checked, _ = _operators()
    script = ["sh", "-c", "[ {{ ti.try_number }} = 2 ]"]
    run = run_dag(
        airflow_db, "retried_pod", lambda: checked(task_id="pod", cmds=script, retries=1, retry_delay=0, **QUICK)
    )
    assert run.states == {"pod": "success"}
    assert str(run.failures[0]).startswith("exit code 1")


def test_an_error_is_not_hidden_by_the_pods_removal(airflow_db):
    from airflow.providers.cncf.kubernetes.callbacks import KubernetesPodOperatorCallback

    class Broken(KubernetesPodOperatorCallback):
        @staticmethod
        def on_pod_creation(**keywords):
            raise ValueError("no such table")

    checked, plain = _operators()
    keywords = {"cmds": ["true"], "callbacks": [Broken]}
    assert "no such table" not in str(_failure(airflow_db, "hidden_plain", plain, **keywords))
    failure = _failure(airflow_db, "hidden_checked", checked, **keywords)
    assert str(failure) == "ValueError: no such table"
    assert isinstance(failure.__cause__, ValueError)


def test_a_refused_pod_is_not_logged_with_its_environment(airflow_db, capfd):
    """See apache/airflow#17604."""
    checked, plain = _operators()
    keywords = {"namespace": "absent", "cmds": ["true"], "env_vars": {"PASSWORD": "hunter2-hunter2"}}
    _failure(airflow_db, "refused_plain", plain, **keywords)
    assert "hunter2" in "".join(capfd.readouterr())
    failure = _failure(airflow_db, "refused_checked", checked, **keywords)
    assert "hunter2" not in "".join(capfd.readouterr())
    assert str(failure).startswith('the Kubernetes API does not find it: namespaces "absent" not found')


def test_a_failure_is_not_logged_with_the_whole_pod(airflow_db, capfd):
    """See apache/airflow#19168."""
    checked, plain = _operators()
    keywords = {"cmds": ["false"], "env_vars": {"PASSWORD": "hunter2-hunter2"}}
    assert "hunter2" in str(_failure(airflow_db, "dumped_plain", plain, **keywords))
    capfd.readouterr()
    failure = _failure(airflow_db, "dumped_checked", checked, **keywords)
    assert "hunter2" not in "".join([*capfd.readouterr(), str(failure)])


def test_a_task_that_is_stopped_while_its_pod_runs_fails(interrupted):
    """See apache/airflow#73006, #71202."""
    assert interrupted("plain_running")["state"] == "success"
    end = interrupted("checked_running")
    assert end["state"] == "failed"
    assert end["alert"].startswith("PodFailed: killed: the task was told to stop (SIGTERM)")
    assert end["seconds"] < 5  # then Airflow sends SIGKILL


def test_a_deferred_task_that_is_stopped_after_its_return_fails(interrupted):
    """See apache/airflow#73006."""
    assert interrupted("plain_resumed")["state"] == "success"
    assert interrupted("checked_resumed")["state"] == "failed"


def test_a_task_that_is_stopped_while_its_pod_is_created_leaves_none(interrupted):
    plain = interrupted("plain_created")
    assert (plain["state"], len(plain["pods_left"])) == ("success", 1)
    checked = interrupted("checked_created")
    assert (checked["state"], checked["pods_left"]) == ("failed", [])


def test_a_task_that_times_out_while_its_pod_is_created_leaves_none(interrupted):
    assert len(interrupted("plain_late")["pods_left"]) == 1
    checked = interrupted("checked_late")
    assert (checked["state"], checked["pods_left"]) == ("failed", [])
    assert checked["alert"].startswith("PodFailed: execution timeout: the task ran longer than its execution_timeout")


def test_a_task_that_a_user_marks_as_success_alerts_nobody(interrupted):
    assert interrupted("plain_stubborn")["alert"].startswith("NotFoundException")
    checked = interrupted("checked_stubborn")
    assert (checked["state"], checked["alert"], checked["pods_left"]) == ("success", None, [])


def test_a_try_takes_no_pod_of_an_earlier_one_that_is_still_dying(interrupted):
    assert interrupted("plain_retried")["state"] == "failed"
    end = interrupted("checked_retried")
    assert end["state"] == "success"
    assert end["alert"] == "PodFailed: killed by a user: the task was set to failed while it ran"


def test_a_deferred_task_whose_trigger_fails_leaves_no_pod(interrupted):
    assert len(interrupted("plain_abandoned")["pods_left"]) == 1
    end = interrupted("checked_abandoned")
    assert (end["state"], end["pods_left"]) == ("failed", [])
    assert end["alert"].startswith("PodFailed: the pod's trigger failed: Trigger failure")
