"""A `pod_override` made by hand is held to the rules of `pod_override()`."""

import pytest

from airflowkit.checks.engine import checked
from airflowkit.settings import Check

DAG_FILE = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from kubernetes.client import models as k8s

with DAG("orders", schedule=None):
    pod = k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", {fields})]))
    EmptyOperator(task_id="load", executor_config={{"pod_override": pod}})
"""


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ('resources={"limits": {"memory": "2GB"}}', "memory"),
        ('image="{{ params.image }}"', "fills in no templates"),
        ('env=[k8s.V1EnvVar(name="A=B", value="1")]', "env"),
        ('volume_mounts=[k8s.V1VolumeMount(name="of-the-template", mount_path="/data")]', None),
        ('resources={"limits": {"memory": "2Gi"}}', None),
    ],
)
def test_what_kubernetes_refuses_in_an_override_is_found(pool, tmp_path, fields, message):
    path = tmp_path / "orders.py"
    path.write_text(DAG_FILE.format(fields=fields))
    found = checked(pool, tmp_path, [path], Check()).findings
    assert [finding.code for finding in found] == (["AK417"] if message else [])
    assert all(message in finding.message for finding in found)
