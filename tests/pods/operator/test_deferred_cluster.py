"""Deferred pods as on a real deployment: in the cluster that Airflow runs in, and with triggerers that come and go."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kubernetes import client, config

from pods.dag_runs import NAMESPACE, QUICK, make_namespace, run_dag

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
    # kubernetes_asyncio leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
HERE = Path(__file__).parent


def _create(call, body):
    try:
        call(NAMESPACE, body)
    except client.ApiException as error:
        if error.status != 409:
            raise


@pytest.fixture
def service_account(tmp_path):
    """A folder as each pod has it, of an account that may do what a worker's may."""
    make_namespace()
    api, account = client.CoreV1Api(), {"metadata": {"name": "airflow"}}
    _create(api.create_namespaced_service_account, account)
    binding = {
        **account,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"},
        "subjects": [{"kind": "ServiceAccount", "name": "airflow", "namespace": NAMESPACE}],
    }
    _create(client.RbacAuthorizationV1Api().create_namespaced_role_binding, binding)
    token = api.create_namespaced_service_account_token("airflow", NAMESPACE, {"spec": {}})
    authority = api.read_namespaced_config_map("kube-root-ca.crt", NAMESPACE)
    for name, content in {"token": token.status.token, "ca.crt": authority.data["ca.crt"]}.items():
        (tmp_path / name).write_text(content)
    return tmp_path


@pytest.mark.namespaces
@pytest.mark.slow
def test_a_pod_deferred_in_its_own_cluster_survives_a_triggerer_that_is_lost(service_account):
    """See apache/airflow#44325, #39685, #34644, #55368."""
    host, port = config.kube_config.Configuration.get_default_copy().host.removeprefix("https://").split(":")
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "PYTHONDONTWRITEBYTECODE"))
    }
    command = [HERE / "in_cluster.sh", service_account, host, port, sys.executable, HERE / "deferred.py"]
    ended = subprocess.run(
        [*command, "plain_moved", "checked_moved"], capture_output=True, text=True, check=False, env=environment
    )
    ends = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith('{"task"')]
    assert [(each["task"], each["event"]) for each in ends] == [
        ("plain_moved", "error"),
        ("checked_moved", "success"),
    ], ended.stdout[-2000:] + ended.stderr[-4000:]
    assert (ends[1]["state"], ends[1]["pods_left"]) == ("success", [])


def test_the_error_of_a_trigger_is_told_and_not_that_the_operator_then_deletes_the_pod(airflow_db, monkeypatch):
    from airflowkit.pods.operator import operator

    make_namespace()
    lost = {"config_dict": yaml.safe_load("clusters: []"), "in_cluster": False, "connection_extras": {}}
    monkeypatch.setattr(operator, "found_cluster", lambda _hook: lost)
    pod = {**QUICK, "cmds": ["sleep", "120"], "deferrable": True}
    run = run_dag(airflow_db, "lost_trigger", lambda: operator.CheckedPodOperator(task_id="pod", **pod))
    assert str(run.failure).startswith(
        "the pod's trigger failed: Invalid kube-config file. Expected key current-context"
    )
