"""A `pod_override` made by hand is held to the rules of `pod_override()`."""

import pytest

from airflowkit.checks.engine import checked
from airflowkit.setting_sections import Check
from airflows import for_this_airflow

DAG_FILE = for_this_airflow("""\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from kubernetes.client import models as k8s

with DAG("orders", schedule=None):
    pod = k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", {fields})]))
    EmptyOperator(task_id="load", executor_config={{"pod_override": pod}})
""")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ('resources={"limits": {"memory": "2GB"}}', "memory"),
        ('image="{{ params.image }}"', "renders no templates"),
        ('env=[k8s.V1EnvVar(name="A=B", value="1")]', "env"),
        ('volume_mounts=[k8s.V1VolumeMount(name="of-the-template", mount_path="/data")]', None),
        ('resources={"limits": {"memory": "2Gi"}}', None),
    ],
)
def test_what_kubernetes_refuses_in_an_override_is_found(pool, tmp_path, fields, message):
    path = tmp_path / "orders.py"
    path.write_text(for_this_airflow(DAG_FILE.format(fields=fields)))
    found = checked(pool, tmp_path, [path], Check()).findings
    assert [finding.code for finding in found] == (["AK417"] if message else [])
    assert all(message in finding.message for finding in found)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("k8s.V1Pod()", "its executor_config is a V1Pod, not a dictionary"),
        ('{"pod_overide": k8s.V1Pod()}', "its executor_config has the key 'pod_overide', which no executor reads"),
        ('{"KubernetesExecutor": {}}', 'its executor_config has the key "KubernetesExecutor", removed in Airflow 2'),
        ('{"pod_override": {}}', "its pod_override is a dict, not a V1Pod"),
        ('{"pod_template_file": "pod.yaml"}', None),
        ('{"cpu": 256}', None),  # of another executor
        ('{"overrides": {}}', None),  # likewise
    ],
)
def test_what_kubernetes_executor_would_not_read_is_found(pool, tmp_path, config, message):
    path = tmp_path / "orders.py"
    override = '{"pod_override": pod}'
    path.write_text(for_this_airflow(DAG_FILE.format(fields="").replace(override, config)))
    messages = [finding.message for finding in checked(pool, tmp_path, [path], Check()).findings]
    assert messages == ([message] if message else [])
