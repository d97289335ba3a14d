"""What a task dies of decides about its next try: real deaths on a real cluster."""

import threading
import time
from datetime import timedelta
from typing import ClassVar

import pytest

from airflowkit import Resources, RetryByCause, SecretEnv, pod_task
from airflowkit._airflow import has_retry_policies
from pods.dag_runs import NAMESPACE, QUICK, make_namespace, run_dag

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
    # kubernetes_asyncio leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
HUNGRY = ["sh", "-c", "head -c 80m /dev/zero | tail > /dev/null"]
RETRIES = {"retries": 3, "retry_delay": timedelta(0)}


@pytest.fixture(scope="module", autouse=True)
def namespace():
    make_namespace()


@pytest.fixture
def limits():
    """The memory limits of the pods that are made meanwhile, and what keeps them."""
    from airflow.providers.cncf.kubernetes.callbacks import KubernetesPodOperatorCallback

    class Limits(KubernetesPodOperatorCallback):
        seen: ClassVar[list[str]] = []

        @staticmethod
        def on_pod_manifest_created(*, pod_request, **_):
            Limits.seen.append(pod_request.spec.containers[0].resources.limits["memory"])

    return Limits


@pytest.mark.skipif(not has_retry_policies(), reason="before 3.3 nothing is kept from one try to the next")
def test_a_real_lack_of_memory_climbs_the_steps_and_the_third_try_succeeds(airflow_db, limits):
    steps = Resources(memory="32Mi", memory_after_oom=["64Mi", "512Mi"])
    keywords = {"resources": steps, "callbacks": [limits], **RETRIES, **QUICK}
    run = run_dag(airflow_db, "climbing", lambda: pod_task("pod", cmds=HUNGRY, **keywords))
    assert run.states == {"pod": "success"}
    assert [failure.cause for failure in run.failures] == ["out-of-memory", "out-of-memory"]
    assert limits.seen == ["32Mi", "64Mi", "512Mi"]


def test_a_missing_secret_ends_the_task_at_once(airflow_db):
    secret = SecretEnv("PASSWORD", secret="absent", key="password")
    keywords = {"secrets": [secret], "retry_policy": RetryByCause(), **RETRIES, **QUICK}
    run = run_dag(airflow_db, "ended_at_once", lambda: pod_task("pod", cmds=["true"], **keywords))
    assert run.states == {"pod": "failed"}
    assert run.failure.cause == "secret-missing"
    assert run.failure.hint.startswith("not tried again, every try would end the same way (3 tries saved)")


def test_an_evicted_pod_is_tried_again(airflow_db):
    script = ["sh", "-c", "[ {{ ti.try_number }} = 2 ] || sleep 300"]
    evicting = threading.Thread(target=evict, args=("evicted",))
    evicting.start()
    policy = RetryByCause(delay={"evicted": timedelta(0), "disrupted": timedelta(0)})
    keywords = {"retry_policy": policy, **RETRIES, **QUICK}
    run = run_dag(airflow_db, "evicted", lambda: pod_task("pod", cmds=script, **keywords))
    evicting.join()
    assert run.states == {"pod": "success"}
    assert run.failure.cause == "evicted"


def evict(dag_id):
    """Evict a DAG's pod through the API as soon as it runs, as `kubectl drain` does."""
    from kubernetes import client, config

    config.load_kube_config()
    api = client.CoreV1Api()
    until = time.monotonic() + 240
    while time.monotonic() < until:
        for pod in api.list_namespaced_pod(NAMESPACE, label_selector=f"dag_id={dag_id}").items:
            if pod.status.phase == "Running":
                body = client.V1Eviction(metadata=client.V1ObjectMeta(name=pod.metadata.name, namespace=NAMESPACE))
                api.create_namespaced_pod_eviction(pod.metadata.name, NAMESPACE, body)
                return
        time.sleep(0.5)
