"""Which connections tell the triggerer where the cluster is."""

import json

import pytest

from airflowkit.checks.rules.pod_operator import may_decide


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
