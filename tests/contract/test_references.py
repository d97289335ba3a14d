"""Every field of a pod that names another object."""

import pytest

from airflowkit.contract.needs import Kind, Need
from airflowkit.contract.references import references

WHOLE = {"containers": [{"name": "base"}]}
FIELDS = {
    "a variable of a Secret": (
        {"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "a", "key": "k"}}}]}]},
        [Need("etl", Kind.SECRET, "a", "k")],
    ),
    "an optional one": (
        {"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "a", "key": "k", "optional": True}}}]}]},
        [Need("etl", Kind.SECRET, "a", "k", optional=True)],
    ),
    "of an init container": (
        {"initContainers": [{"env": [{"valueFrom": {"configMapKeyRef": {"name": "a", "key": "k"}}}]}]},
        [Need("etl", Kind.CONFIG_MAP, "a", "k")],
    ),
    "all variables": (
        {"containers": [{"envFrom": [{"secretRef": {"name": "a"}}, {"configMapRef": {"name": "b"}}]}]},
        [Need("etl", Kind.SECRET, "a"), Need("etl", Kind.CONFIG_MAP, "b")],
    ),
    "files": (
        {"volumes": [{"secret": {"secretName": "a", "items": [{"key": "k", "path": "p"}]}}]},
        [Need("etl", Kind.SECRET, "a", "k")],
    ),
    "all files": ({"volumes": [{"configMap": {"name": "a"}}]}, [Need("etl", Kind.CONFIG_MAP, "a")]),
    "projected": (
        {"volumes": [{"projected": {"sources": [{"secret": {"name": "a"}}, {"configMap": {"name": "b"}}]}}]},
        [Need("etl", Kind.SECRET, "a"), Need("etl", Kind.CONFIG_MAP, "b")],
    ),
    "a claim": (
        {"volumes": [{"persistentVolumeClaim": {"claimName": "a"}}]},
        [Need("etl", Kind.CLAIM, "a")],
    ),
    "an Azure share": (
        {"volumes": [{"azureFile": {"secretName": "a"}}]},
        [
            Need("etl", Kind.SECRET, "a", "azurestorageaccountname"),
            Need("etl", Kind.SECRET, "a", "azurestorageaccountkey"),
        ],
    ),
    "a driver": (
        {"volumes": [{"csi": {"driver": "x", "nodePublishSecretRef": {"name": "a"}}}]},
        [Need("etl", Kind.SECRET, "a")],
    ),
    "a volume of its own": (
        {"volumes": [{"ephemeral": {"volumeClaimTemplate": {"spec": {"storageClassName": "fast"}}}}]},
        [Need("", Kind.STORAGE_CLASS, "fast")],
    ),
    "a pull secret": ({"imagePullSecrets": [{"name": "a"}]}, [Need("etl", Kind.PULL_SECRET, "a")]),
    "an account": ({"serviceAccountName": "a"}, [Need("etl", Kind.SERVICE_ACCOUNT, "a")]),
    "the default account, which each namespace has": ({"serviceAccountName": "default"}, []),
    "a node": ({"nodeSelector": {"b": "2", "a": "1"}}, [Need("", Kind.NODE, "a=1,b=2")]),
    "classes": (
        {"priorityClassName": "high", "runtimeClassName": "gvisor"},
        [Need("", Kind.PRIORITY_CLASS, "high"), Need("", Kind.RUNTIME_CLASS, "gvisor")],
    ),
    "a template": (
        {"imagePullSecrets": [{"name": "{{ params.pull }}"}]},
        [Need("etl", Kind.PULL_SECRET, "{{ params.pull }}", at_run_time=True)],
    ),
}


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_read(field):
    spec, needs = FIELDS[field]
    assert list(references({"spec": spec}, "etl")) == needs
