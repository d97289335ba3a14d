"""What the run alone decides, and what is in no pod of this cluster, is said instead of left out."""

import pytest
import yaml
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.providers.common.compat.sdk import BaseOperator, task
from kubernetes.client import models as k8s

from airflowkit import SecretEnv, pod_task, teams_digest, teams_watchdog
from airflowkit.contract.collection import needs_of_task
from airflowkit.contract.needs import Kind, Need
from pods.outcomes import dag as new_dag

POD = {"task_id": "load", "image": "orders:1", "namespace": "etl"}
OF_ORDERS = Need("etl", Kind.SECRET, "orders-db", "password")


@pytest.fixture
def dag():
    with new_dag() as opened:
        yield opened


class EksPodOperator(KubernetesPodOperator):
    """As Amazon's provider calls it."""


class Plain(BaseOperator):
    def execute(self, context):
        pass


@task
def listed():
    return []


def _needs(task):
    found = needs_of_task(task)
    return found.needs, found.unknown


def test_variables_from_another_task_are_known_only_when_it_runs(dag):
    needs, unknown = _needs(KubernetesPodOperator(**POD, env_vars=listed()))
    assert (needs, unknown) == ((), ("its env_vars are known only when it runs",))


def test_a_namespace_of_a_template_is_known_only_when_it_runs(dag):
    secrets = [Secret("env", "A", "orders-db", "password")]
    task = KubernetesPodOperator(**POD | {"namespace": "{{ params.where }}"}, secrets=secrets)
    needs, unknown = _needs(task)
    assert needs == (Need("", Kind.SECRET, "orders-db", "password"),)
    assert unknown == ("its namespace {{ params.where }} is known only when it runs",)


@pytest.mark.parametrize("make", [teams_digest, teams_watchdog])
def test_a_task_that_asks_airflows_api_needs_its_connections_and_a_role(dag, make):
    needs, unknown = _needs(make(api_conn_id="our_airflow", conn_id="our_channel"))
    assert unknown == ()
    assert [str(need) for need in needs] == [
        "Airflow connection our_airflow",
        "Airflow connection our_channel",
        "Airflow role Viewer, for the account of connection our_airflow",
    ]
    assert not any(need.kind.namespaced for need in needs)


def test_a_mapped_task_needs_what_each_of_its_elements_needs(dag):
    secrets = [[SecretEnv("A", secret=name, key="a")] for name in ("first", "second", "first")]
    needs, unknown = _needs(pod_task.partial("load", image="orders:1", namespace="etl").expand(secrets=secrets))
    assert needs == (Need("etl", Kind.SECRET, "first", "a"), Need("etl", Kind.SECRET, "second", "a"))
    assert unknown == ()


def test_elements_that_another_task_gives_are_unknown_and_what_they_share_is_not(dag):
    shared = {"image": "orders:1", "namespace": "etl", "secrets": [SecretEnv("A", secret="orders-db", key="password")]}
    needs, unknown = _needs(pod_task.partial("load", **shared).expand_kwargs(listed()))
    assert (needs, unknown) == ((OF_ORDERS,), ("another task gives its elements",))
    needs, unknown = _needs(pod_task.partial("more", image="orders:1").expand(env_vars=listed()))
    assert (needs, unknown) == ((), ("its env_vars come from another task",))


def test_a_pod_in_another_cluster_needs_nothing_of_this_one(dag):
    found = needs_of_task(EksPodOperator(**POD, image_pull_secrets=[k8s.V1LocalObjectReference(name="regcred")]))
    assert (found.needs, found.permissions) == ((), ())
    assert found.unknown == ("its pod runs in another cluster (EksPodOperator)",)


def test_any_task_needs_what_its_worker_pod_refers_to(dag):
    variable = k8s.V1EnvVar(
        "A", value_from=k8s.V1EnvVarSource(secret_key_ref=k8s.V1SecretKeySelector(name="orders-db", key="password"))
    )
    pod = k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", env=[variable])]))
    found = needs_of_task(Plain(task_id="load", executor_config={"pod_override": pod}))
    assert found.needs == (Need("", Kind.SECRET, "orders-db", "password"),)
    assert found.permissions == ()  # the executor makes that pod


def test_a_pod_template_is_read_where_it_is_here(dag, tmp_path):
    template = tmp_path / "pod.yaml"
    template.write_text(yaml.safe_dump({"spec": {"priorityClassName": "high", "containers": [{"name": "base"}]}}))
    needs, _ = _needs(Plain(task_id="load", executor_config={"pod_template_file": str(template)}))
    assert needs == (Need("", Kind.PRIORITY_CLASS, "high"),)
    _, unknown = _needs(Plain(task_id="more", executor_config={"pod_template_file": "/opt/pod.yaml"}))
    assert unknown == ("its pod_template_file /opt/pod.yaml cannot be read here",)


def test_the_template_of_a_pod_operator_counts_too(dag, tmp_path):
    spec = {"serviceAccountName": "loader", "containers": [{"name": "base", "image": "orders:1"}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", "namespace": "etl"}, "spec": spec}
    template = tmp_path / "pod.yaml"
    template.write_text(yaml.safe_dump(pod))
    needs, _ = _needs(KubernetesPodOperator(task_id="load", namespace="etl", pod_template_file=str(template)))
    assert needs == (Need("etl", Kind.SERVICE_ACCOUNT, "loader"),)


def test_a_pod_that_kubernetes_would_refuse_is_named_and_its_task_is_not_left_out(dag):
    found = needs_of_task(KubernetesPodOperator(**POD, affinity=k8s.V1Affinity(node_affinity=7)))
    assert found.unknown[0].startswith("what it needs cannot be read here: ")


def test_a_task_without_a_pod_needs_nothing(dag):
    assert needs_of_task(Plain(task_id="load")).is_empty


def test_an_operator_of_other_objects_is_named(dag):
    from airflow.providers.cncf.kubernetes.operators.job import KubernetesDeleteJobOperator

    _, unknown = _needs(KubernetesDeleteJobOperator(task_id="load", name="nightly", namespace="etl"))
    assert unknown == ("what KubernetesDeleteJobOperator does to the Kubernetes API is not read",)


def test_a_job_needs_what_its_pods_need_and_jobs_besides(dag):
    from airflow.providers.cncf.kubernetes.operators.job import KubernetesJobOperator

    secrets = [Secret("env", "A", "orders-db", "password")]
    found = needs_of_task(KubernetesJobOperator(**POD, secrets=secrets))
    assert found.needs == (OF_ORDERS,)
    assert {"create jobs", "delete jobs", "get jobs/status"} <= set(map(str, found.permissions))


@pytest.mark.parametrize(
    ("keywords", "resources"),
    [
        ({"get_logs": False}, {"pods", "events"}),
        ({}, {"pods", "events", "pods/log"}),
        ({"do_xcom_push": True}, {"pods", "events", "pods/log", "pods/exec"}),
    ],
)
def test_the_role_grows_with_what_the_operator_does(dag, keywords, resources):
    found = needs_of_task(KubernetesPodOperator(**POD, **keywords))
    assert {each.resource for each in found.permissions} == resources
    assert ("events", "watch") not in {(each.resource, each.verb) for each in found.permissions}
