"""What happens to a mistake with the plain operator, and with `pod_task`."""

from __future__ import annotations

import json
import warnings
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from airflow.providers.cncf.kubernetes.callbacks import KubernetesPodOperatorCallback
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.providers.common.compat.sdk import DAG
from kubernetes import client, config
from kubernetes.client import models as k8s
from kubernetes.client.exceptions import ApiException

from airflowkit import pod_task
from airflowkit.pods.render import render_pod
from airflowkit.pods.schema.names import label_fault

CLUSTER_KNOWS = ("not found", "no PriorityClass", "RuntimeClass")
"""What the server says of a name that may exist in another cluster."""
_NAMES = {
    "KubernetesPodOperatorCallback": KubernetesPodOperatorCallback,
    "Path": Path,
    "Secret": Secret,
    "k8s": k8s,
    "timedelta": timedelta,
}


def keywords_of(call: str) -> dict[str, Any]:
    """Return the keywords that a corpus file writes as a DAG file has them."""
    return {"image": "a:1", "namespace": "default", **eval(f"dict({call})", dict(_NAMES))}


def dag() -> DAG:
    return DAG("corpus", schedule=None, start_date=datetime(2026, 1, 1))


def raw_outcome(call: str) -> str:
    """Return where the plain operator's mistake comes out: parse, run, server or nowhere."""
    try:
        task = KubernetesPodOperator(task_id="task", dag=dag(), **keywords_of(call))
    except Exception:  # noqa: BLE001  any error counts here
        return "parse"
    try:
        body = raw_manifest(task)
    except Exception:  # noqa: BLE001  any error counts here
        return "run"
    return "server" if refusal(body) else "nowhere"


def raw_manifest(task: KubernetesPodOperator) -> dict[str, Any]:
    """Return the pod that the plain operator sends, as it sends it."""
    task.name = task._set_name(task.name)
    task.__dict__["hook"] = _Hook()
    body = client.ApiClient().sanitize_for_serialization(task.build_pod_request_obj(dry_run=True))
    json.dumps(body)
    return body


class _Hook:
    def __getattr__(self, name: str) -> Any:
        return lambda: None


def refusal(body: dict[str, Any], namespace: str = "default") -> str:
    """Return why the API server refuses a pod, or an empty string; a dry run, nothing is made."""
    metadata = body.get("metadata") or {}
    wanted = metadata.get("namespace") or namespace
    if label_fault(wanted):
        return f"no namespace can be called {wanted!r}"
    body = {**body, "metadata": {**metadata, "namespace": namespace}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the test server's certificate is its own
        try:
            api().create_namespaced_pod(
                namespace, body, dry_run="All", field_validation="Strict", _preload_content=False
            )
        except ApiException as error:
            return str(json.loads(error.body or "{}").get("message", error.reason))
    return ""


@cache
def api() -> client.CoreV1Api:
    """Return a client of the API server that KUBECONFIG names."""
    config.load_kube_config()
    return client.CoreV1Api()


@cache
def api_version() -> tuple[int, int]:
    """Return the release of that API server."""
    api()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the test server's certificate is its own
        found = client.VersionApi().get_code()
    return int(found.major), int(found.minor)


def checked(call: str) -> dict[str, Any]:
    """Return the manifest that `pod_task` makes of the call; a PodSpecError is its refusal."""
    return render_pod(pod_task("task", dag=dag(), **keywords_of(call)))
