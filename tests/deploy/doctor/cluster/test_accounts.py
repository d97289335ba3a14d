"""The accounts that run tasks are those to which the real chart binds its Role."""

import subprocess

import pytest
import yaml

from airflowkit.deploy.doctor.cluster.accounts import accounts
from airflowkit.deploy.secrets.deployment import Deployment
from deploy.values.charts import CHART, HELM, needs_helm

VALUES = {
    "defaults": {},
    "kubernetes": {"executor": "KubernetesExecutor"},
    "kubernetes, own account": {
        "executor": "KubernetesExecutor",
        "workers": {"kubernetes": {"serviceAccount": {"create": True}}},
    },
    "kubernetes, named": {
        "executor": "KubernetesExecutor",
        "workers": {"kubernetes": {"serviceAccount": {"create": False, "name": "etl"}}},
    },
    "celery and kubernetes": {"executor": "CeleryExecutor,KubernetesExecutor"},
    "local": {"executor": "LocalExecutor"},
    "named worker": {"workers": {"serviceAccount": {"name": "etl"}}},
    "not created": {"workers": {"serviceAccount": {"create": False}}},
    "no triggerer": {"triggerer": {"enabled": False}},
    "other name": {"nameOverride": "flow"},
    "full name": {"fullnameOverride": "flow"},
}


@needs_helm
@pytest.mark.parametrize("name", VALUES)
def test_the_chart_binds_its_role_to_these_accounts(name, tmp_path):
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(VALUES[name]))
    command = [HELM, "template", "prod", CHART, "--values", str(file)]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240).stdout
    (binding,) = [
        it
        for it in yaml.safe_load_all(text)
        if it and it["kind"] == "RoleBinding" and it["metadata"]["name"].endswith("pod-launcher-rolebinding")
    ]
    bound = {subject["name"] for subject in binding["subjects"]}
    found = set(accounts(Deployment(VALUES[name], "prod", "airflow")))
    of_scheduler = {it for it in bound if it.endswith("scheduler")}  # with KubernetesExecutor it starts workers only
    assert found - bound == set()
    assert bound - found <= of_scheduler
