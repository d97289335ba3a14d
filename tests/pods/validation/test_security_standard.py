"""Pods with security="restricted" in a namespace that enforces Kubernetes' restricted Pod Security Standard."""

from __future__ import annotations

import itertools
import warnings

import pytest
from kubernetes.client.exceptions import ApiException

from airflowkit import ClaimVolume, EmptyDirVolume, Resources, SecretEnv, SecretVolume, pod_task
from airflowkit.pods.render import render_pod
from pods.outcomes import api, dag, refusal

pytestmark = pytest.mark.apiserver
NAMESPACE = "airflowkit-restricted"
PIECES = {
    "init_containers": [{"name": "init", "image": "a:1"}],
    "do_xcom_push": True,
    "volumes": [ClaimVolume("/data", claim="data"), EmptyDirVolume("/scratch")],
    "secrets": [SecretEnv("A", secret="s", key="k"), SecretVolume("/s", secret="s")],
    "resources": Resources(cpu="1", memory="1Gi", gpu=1),
    "container_security_context": {"readOnlyRootFilesystem": True},
    "security_context": {"runAsUser": 1000, "fsGroup": 1000},
}


@pytest.fixture(scope="module")
def namespace():
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            api().create_namespace({"metadata": {"name": NAMESPACE, "labels": labels}})
        except ApiException as error:
            if error.status != 409:
                raise
    return NAMESPACE


def _pod(**keywords):
    keywords = {"image": "a:1", "namespace": NAMESPACE, **keywords}
    return render_pod(pod_task("task", dag=dag(), **keywords))


@pytest.mark.parametrize("chosen", [names for n in (0, 1, 2, 7) for names in itertools.combinations(PIECES, n)])
def test_a_restricted_pod_is_admitted_whatever_else_it_has(namespace, chosen):
    manifest = _pod(security="restricted", **{name: PIECES[name] for name in chosen})
    assert "violates PodSecurity" not in refusal(manifest, namespace)
    assert "forbidden" not in refusal(manifest, namespace)


def test_without_the_preset_the_namespace_refuses(namespace):
    assert "violates PodSecurity" in refusal(_pod(), namespace)
