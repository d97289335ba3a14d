"""What a pod asks for and does not get is named once."""

from __future__ import annotations

import pytest

from airflowkit.local.kubelet.not_enforced import not_enforced


@pytest.mark.parametrize(
    ("pod", "container", "named"),
    [
        ({}, {}, []),
        ({}, {"resources": {"limits": {"memory": "64Mi"}}}, ["memory limits"]),
        ({}, {"resources": {"requests": {"memory": "64Mi"}}}, []),
        ({"securityContext": {"fsGroup": 0}}, {"securityContext": {"runAsUser": 0}}, ["users and groups"]),
        ({}, {"securityContext": {"readOnlyRootFilesystem": True}}, ["a read-only root"]),
        ({}, {"livenessProbe": {"exec": {}}, "startupProbe": {"exec": {}}}, ["livenessProbe", "startupProbe"]),
        ({}, {"lifecycle": {"preStop": {"exec": {}}}}, ["the preStop hook"]),
    ],
)
def test_each_is_named(pod, container, named):
    spec = {**pod, "containers": [{"name": "base", **container}]}
    assert not_enforced(spec, memory=False) == named
    assert not_enforced({**pod, "initContainers": spec["containers"], "containers": []}, memory=False) == named


def test_memory_is_not_named_where_an_engine_limits_it():
    spec = {"containers": [{"name": "base", "resources": {"limits": {"memory": "64Mi"}}}]}
    assert not_enforced(spec, memory=True) == []
