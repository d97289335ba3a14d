"""Every way to die that a one-node cluster has, and the words for it."""

from datetime import timedelta

import pytest

from pods.dag_runs import IMAGE, NAMESPACE, QUICK, make_namespace, run_dag
from pods.diagnostics.record import registry

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
    # kubernetes_asyncio leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def beside_base(script):
    """Return a pod that has a container beside the base one."""
    containers = [{"name": "base"}, {"name": "proxy", "image": IMAGE, "command": ["sh", "-c", script]}]
    return {"spec": {"containers": containers}}


DEATHS = {
    "exit_code": (
        {"cmds": ["sh", "-c", "echo loading; echo ValueError: no such day; exit 3"]},
        "exit code 3: ValueError: no such day",
    ),
    "out_of_memory": (
        {
            "cmds": ["sh", "-c", "head -c 200m /dev/zero | tail"],
            "container_resources": {"requests": {"memory": "32Mi"}, "limits": {"memory": "32Mi"}},
        },
        "out of memory: container 'base' used up its memory limit of 32Mi (exit code 137)",
    ),
    "command_not_found": (
        {"cmds": ["no-such-command", "--now"]},
        "command not found: 'no-such-command' is not in the image (container 'base')",
    ),
    "image_not_found": (
        {"image": "127.0.0.1:5099/gone:1"},
        "image not found: '127.0.0.1:5099/gone:1'",
    ),
    "image_forbidden": (
        {"image": "127.0.0.1:5099/private:1"},
        "no right to pull image '127.0.0.1:5099/private:1'",
    ),
    "image_of_an_init_container": (
        {"cmds": ["true"], "init_containers": [{"name": "migrate", "image": "127.0.0.1:5099/gone:1"}]},
        "init container 'migrate': image not found: '127.0.0.1:5099/gone:1'",
    ),
    "missing_secret": (
        {"cmds": ["true"], "env_from": [{"secretRef": {"name": "absent"}}]},
        f"secret 'absent' not found in namespace {NAMESPACE!r}",
    ),
    "missing_secret_of_a_volume": (
        {
            "cmds": ["true"],
            "volumes": [{"name": "tls", "secret": {"secretName": "absent"}}],
            "volume_mounts": [{"name": "tls", "mountPath": "/tls"}],
        },
        f"secret 'absent' not found in namespace {NAMESPACE!r}",
    ),
    "missing_claim": (
        {"cmds": ["true"], "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "absent"}}]},
        f"persistent volume claim 'absent' not found in namespace {NAMESPACE!r}",
    ),
    "init_container": (
        {
            "cmds": ["true"],
            "init_containers": [
                {"name": "migrate", "image": IMAGE, "command": ["sh", "-c", "echo no database; exit 4"]}
            ],
        },
        "init container 'migrate' failed: exit code 4: no database",
    ),
    "second_container": (
        {"cmds": ["sh", "-c", "sleep 2; echo done"], "full_pod_spec": beside_base("echo no instance; exit 3")},
        "container 'proxy' failed: exit code 3: no instance",
    ),
    "second_container_last": (
        {"cmds": ["true"], "full_pod_spec": beside_base("sleep 3; echo no instance; exit 3")},
        "container 'proxy' failed: exit code 3: no instance",
    ),
    "sidecar": (
        {
            "cmds": ["true"],
            "startup_timeout_seconds": 3,
            "init_containers": [
                {
                    "name": "proxy",
                    "image": IMAGE,
                    "command": ["sh", "-c", "echo no instance; exit 3"],
                    "restartPolicy": "Always",
                    "startupProbe": {"exec": {"command": ["false"]}, "failureThreshold": 99},
                }
            ],
        },
        "sidecar 'proxy' failed: exit code 3: no instance",
    ),
    "deadline": (
        {"cmds": ["sleep", "60"], "active_deadline_seconds": 2},
        "deadline: the pod ran longer than its active_deadline_seconds of 2",
    ),
    "execution_timeout": (
        {"cmds": ["sleep", "60"], "execution_timeout": timedelta(seconds=3)},
        "execution timeout: the task ran longer than its execution_timeout",
    ),
    "unschedulable": (
        {
            "cmds": ["true"],
            "container_resources": {"requests": {"memory": "900Gi"}, "limits": {"memory": "900Gi"}},
            "schedule_timeout_seconds": 2,
        },
        "unschedulable: 0/1 nodes are available: 1 Insufficient memory",
    ),
}
CODES = {
    "exit_code": "exit-code",
    "out_of_memory": "out-of-memory",
    "command_not_found": "command-not-found",
    "image_not_found": "image-not-found",
    "image_forbidden": "image-forbidden",
    "image_of_an_init_container": "image-not-found",
    "missing_secret": "secret-missing",
    "missing_secret_of_a_volume": "secret-missing",
    "missing_claim": "claim-missing",
    "init_container": "init-failed",
    "second_container": "sidecar-failed",
    "second_container_last": "sidecar-failed",
    "sidecar": "sidecar-failed",
    "deadline": "deadline",
    "execution_timeout": "execution-timeout",
    "unschedulable": "unschedulable",
}
DEFERRED = (
    "exit_code",
    "second_container",
    "second_container_last",
    "image_not_found",
    "missing_secret",
    "missing_claim",
    "deadline",
    "unschedulable",
)


@pytest.fixture(scope="module", autouse=True)
def _cluster():
    make_namespace()
    with registry():
        yield


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    from airflowkit.pods.operator import startup

    monkeypatch.setattr(startup, "PATIENCE", 1.0)


def _dies(home, name, keywords):
    from airflowkit.pods.operator.operator import CheckedPodOperator

    return run_dag(home, name, lambda: CheckedPodOperator(task_id="pod", **QUICK | keywords))


@pytest.mark.parametrize("death", DEATHS)
def test_the_exception_says_in_its_first_line_why_the_pod_died(airflow_db, death):
    keywords, reason = DEATHS[death]
    run = _dies(airflow_db, f"dies_of_{death}", keywords)
    assert run.states == {"pod": "failed"}
    assert type(run.failure).__name__ == "PodFailed"
    assert str(run.failure).splitlines()[0].startswith(reason)
    assert run.failure.cause == CODES[death]
    assert run.xcoms["pod", "airflowkit_diagnosis"]["code"] == CODES[death]


@pytest.mark.parametrize("death", DEFERRED)
def test_a_deferred_pod_gives_the_same_words_and_the_same_code(airflow_db, death):
    keywords, reason = DEATHS[death]
    run = _dies(airflow_db, f"deferred_dies_of_{death}", keywords | {"deferrable": True})
    assert run.states == {"pod": "failed"}
    assert str(run.failure).startswith(reason)
    assert run.failure.cause == CODES[death]


def test_what_stays_behind_for_the_runs_own_alert_holds_the_log_but_no_environment(airflow_db):
    script = 'echo connecting with $PASSWORD; echo "bad login: $PASSWORD"; exit 1'
    keywords = {"cmds": ["sh", "-c", script], "env_vars": {"PASSWORD": "hunter2-hunter2"}}
    run = _dies(airflow_db, "prints_its_environment", keywords)
    left = run.xcoms["pod", "airflowkit_diagnosis"]
    assert left["reason"] == "exit code 1: bad login: ***"
    assert left["log_tail"] == ["connecting with ***", "bad login: ***"]
    assert "hunter2" not in f"{run.failure!r} {run.failure} {run.failure.__cause__} {run.xcoms}"
