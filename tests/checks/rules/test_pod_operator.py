"""Which connections tell the triggerer where the cluster is."""

import json

import pytest

from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import checked
from airflowkit.checks.rules.pod_operator import may_decide
from airflows import for_this_airflow, in_dag


@pytest.mark.parametrize(
    ("extra", "decides"),
    [
        (None, False),
        ({"namespace": "orders", "kube_config_path": ""}, False),
        ({"in_cluster": True}, True),
        ({"extra__kubernetes__kube_config_path": "/etc/kube/config"}, True),
    ],
)
def test_a_connection_decides_if_it_names_the_cluster(monkeypatch, extra, decides):
    if extra is not None:
        connection = json.dumps({"conn_type": "kubernetes", "extra": extra})
        monkeypatch.setenv("AIRFLOW_CONN_KUBERNETES_DEFAULT", connection)
    assert may_decide("kubernetes_default") is decides


def test_a_connection_that_only_production_has_may_decide():
    assert may_decide("other_cluster")
    assert not may_decide(None)


@pytest.mark.parametrize(("extra", "codes"), [("in_cluster = true", []), ('namespace = "orders"', ["AK415"])])
def test_a_connection_of_the_settings_counts_as_one_of_the_environment(pool, tmp_path, extra, codes):
    (tmp_path / "airflowkit.toml").write_text(
        f'[check.connections.kubernetes_default]\nconn_type = "kubernetes"\nextra = {{ {extra} }}\n'
    )
    path = tmp_path / "orders.py"
    imports = "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n"
    task = 'KubernetesPodOperator(task_id="load", image="a:1", deferrable=True)'
    path.write_text(for_this_airflow(f"{imports}from airflow.sdk import DAG\n{in_dag(task)}"))
    options = check_options(tmp_path).model_copy(update={"select": ["AK415"]})
    assert [it.code for it in checked(pool, tmp_path, [path], options).findings] == codes
