"""`pod_override`: an executor_config for the executor's pod template."""

from __future__ import annotations

from datetime import datetime

import pytest
from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator
from airflow.providers.common.compat.sdk import DAG, task
from kubernetes.client import models as k8s

from airflowkit import ClaimVolume, PodSpecError, Resources, SecretEnv, pod_override
from airflows import DagSerialization


def _pod(**keywords):
    return pod_override(**keywords)["pod_override"]


def test_it_is_a_pod_with_the_container_base():
    pod = _pod(
        resources=Resources(cpu="1", memory="2Gi"), env_vars={"A": 1}, secrets=[SecretEnv("B", secret="s", key="k")]
    )
    (base,) = pod.spec.containers
    assert isinstance(pod, k8s.V1Pod)
    assert base.name == "base"
    assert base.resources.limits == {"memory": "2Gi"}
    assert [variable.name for variable in base.env] == ["A", "B"]


def test_airflow_lays_it_over_the_template():
    template = k8s.V1Pod(
        metadata=k8s.V1ObjectMeta(labels={"of": "template"}),
        spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", image="airflow:3")]),
    )
    override = _pod(volumes=[ClaimVolume("/data", claim="c")], node_selector={"a": "b"}, labels={"team": "data"})
    pod = PodGenerator.reconcile_pods(template, override)
    assert pod.spec.containers[0].image == "airflow:3"
    assert pod.spec.containers[0].volume_mounts[0].mount_path == "/data"
    assert pod.metadata.labels == {"of": "template", "team": "data"}


def test_a_mount_may_be_of_the_templates_volume():
    assert _pod(volume_mounts=[k8s.V1VolumeMount(name="of-the-template", mount_path="/data")])


def test_what_is_wrong_comes_at_once_and_jinja_is_wrong():
    with pytest.raises(PodSpecError, match="pod_override") as caught:
        _pod(image="{{ params.image }}", env_vars={"A=B": "x"}, resorces="small", resources=Resources(memory="512m"))
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"image", "env_vars['A=B']", "resorces", "resources.memory"}


def test_a_task_with_it_serializes():
    with DAG("dag", schedule=None, start_date=datetime(2026, 1, 1)) as dag:

        @task(executor_config=pod_override(resources="small"))
        def work():
            pass

        work()
    DagSerialization.from_dict(DagSerialization.to_dict(dag))
