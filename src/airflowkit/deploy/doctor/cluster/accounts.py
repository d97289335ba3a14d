"""Which service accounts run the tasks, by the values of the official chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflowkit.deploy.secrets.deployment import Deployment


def accounts(deployment: Deployment) -> dict[str, bool]:
    """Return the accounts that the chart's pod launcher Role is bound to, for those components that call Kubernetes.

    It follows `pod-launcher-rolebinding.yaml` and `_serviceAccountName` of the chart 1.22. LocalExecutor runs tasks in
    the scheduler, Celery in workers, Kubernetes in pods of their own account, and deferred ones wait in the triggerer.

    Returns:
        For each account, whether only the triggerer has it.
    """
    executor = str(deployment.value("executor", "CeleryExecutor"))
    found: dict[str, bool] = {}
    of_pods = _table(deployment, "workers.kubernetes.serviceAccount")
    own = bool(of_pods.get("create") or of_pods.get("name"))
    if "Local" in executor:
        found[_name(deployment, "scheduler", "scheduler")] = False
    if "Celery" in executor or ("Kubernetes" in executor and not own):
        found[_name(deployment, "workers", "worker")] = False
    if "Kubernetes" in executor and own:
        created = of_pods.get("name") or f"{_prefix(deployment)}-worker-kubernetes"
        found[str(created if of_pods.get("create") else of_pods["name"])] = False
    if deployment.enabled("triggerer"):
        found.setdefault(_name(deployment, "triggerer", "triggerer"), True)
    return found


def _name(deployment: Deployment, component: str, suffix: str) -> str:
    account = _table(deployment, f"{component}.serviceAccount")
    created = account.get("create", True)
    return str(account.get("name") or (f"{_prefix(deployment)}-{suffix}" if created else "default"))


def _prefix(deployment: Deployment) -> str:
    """Return what the names begin with (the chart's template `airflow.serviceAccountName`)."""
    if override := deployment.value("fullnameOverride"):
        return str(override)[:63].removesuffix("-")
    name, release = str(deployment.value("nameOverride") or "airflow"), deployment.release
    return (release if name in release else f"{release}-{name}")[:63].removesuffix("-")


def _table(deployment: Deployment, path: str) -> Mapping[str, object]:
    found = deployment.value(path)
    return found if isinstance(found, Mapping) else {}
