"""Changes the Fernet key without losing what the old one encrypted.

Airflow encrypts with the first key of the list and decrypts with any (`[core] fernet_key`,
https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/fernet.html#rotating-encryption-keys).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.deploy.secrets.application import with_new_values
from airflowkit.deploy.secrets.confidential import Confidential
from airflowkit.deploy.secrets.content.kinds import fernet_key
from airflowkit.deploy.secrets.content.text import Fault, fernet_keys
from airflowkit.errors import SecretsError

if TYPE_CHECKING:
    from airflowkit.deploy.secrets.cluster import Cluster, Existing
    from airflowkit.deploy.secrets.deployment import Deployment

KEY: Final = "fernet-key"
_COMPONENTS: Final = "scheduler,api-server,webserver,dag-processor,triggerer,worker"


def fernet_secret(deployment: Deployment) -> str:
    """Return the Secret with the Fernet key; without a name in the values the chart makes one."""
    return str(deployment.value("fernetKeySecretName") or f"{deployment.fullname}-fernet-key")


def add_key(cluster: Cluster, deployment: Deployment) -> int:
    """Put a new key in front of those in the cluster, and return how many there are now.

    Raises:
        SecretsError: The cluster has no valid key.
    """
    there, keys = _read(cluster, deployment)
    _write(cluster, there, [fernet_key(), *keys])
    return len(keys) + 1


def drop_old_keys(cluster: Cluster, deployment: Deployment) -> int:
    """Keep the first key only, and return how many were dropped.

    Raises:
        SecretsError: The cluster has no valid key.
    """
    there, keys = _read(cluster, deployment)
    if len(keys) > 1:
        _write(cluster, there, keys[:1])
    return len(keys) - 1


def commands(cluster: Cluster, deployment: Deployment) -> tuple[str, str]:
    """Return what follows on a change of the key: the restart, and the encryption of what is in the database."""
    place = f"--namespace {cluster.namespace}" + (f" --context {cluster.context}" if cluster.context else "")
    selector = f"release={deployment.release},component in ({_COMPONENTS})"
    scheduler = f"{deployment.fullname}-scheduler"
    return (
        f"kubectl rollout restart deployment,statefulset {place} --selector '{selector}'",
        f"kubectl exec {place} deployment/{scheduler} --container scheduler -- airflow rotate-fernet-key",
    )


def _read(cluster: Cluster, deployment: Deployment) -> tuple[Existing, list[str]]:
    name = fernet_secret(deployment)
    there = cluster.read([name]).get(name)
    value = there.secret.data.get(KEY) if there else None
    if not (there and value):
        raise SecretsError(
            f"there is no {name}/{KEY} in {cluster.describe()}", hint="airflowkit secrets --apply makes the first key"
        )
    try:
        return there, fernet_keys(value.reveal().decode(errors="replace")).split(",")
    except Fault as fault:
        reason = str(fault)
    raise SecretsError(f"{name}/{KEY} {reason}", hint="Nothing was changed")


def _write(cluster: Cluster, there: Existing, keys: list[str]) -> None:
    cluster.apply([with_new_values(there, {KEY: Confidential.of_text(",".join(keys))})])
