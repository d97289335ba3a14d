"""What a task needs of the cluster and of Airflow: frozen values, which sort, print and cross process boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What is needed."""

    SECRET = "Secret"  # noqa: S105  a kind of object
    PULL_SECRET = "image pull Secret"  # noqa: S105
    CONFIG_MAP = "ConfigMap"
    SERVICE_ACCOUNT = "ServiceAccount"
    CLAIM = "PersistentVolumeClaim"
    NODE = "Node"
    PRIORITY_CLASS = "PriorityClass"
    RUNTIME_CLASS = "RuntimeClass"
    STORAGE_CLASS = "StorageClass"
    CONNECTION = "Airflow connection"
    ROLE = "Airflow role"

    @property
    def namespaced(self) -> bool:
        """Whether it is in a namespace, and not of the whole cluster."""
        return self not in _OF_THE_CLUSTER and not self.of_airflow

    @property
    def of_airflow(self) -> bool:
        """Whether it is in Airflow, and not in the cluster."""
        return self in {Kind.CONNECTION, Kind.ROLE}


_OF_THE_CLUSTER: Final = frozenset({Kind.NODE, Kind.PRIORITY_CLASS, Kind.RUNTIME_CLASS, Kind.STORAGE_CLASS})
_KEY: Final = {Kind.ROLE: "for the account of connection"}


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One thing that a pod, or a task of airflowkit, refers to.

    Attributes:
        namespace: Where it is; empty for what is of the whole cluster, and where only the Airflow connection, or the
            release, says in which namespace the pod runs.
        kind: What it is.
        name: Its name; for a node, the labels that it must have.
        key: The key of a Secret or ConfigMap, empty for all of it; of a role, the connection of the account.
        optional: Whether the pod starts without it.
        at_run_time: Whether the name or key is known only when the task runs: they are then a template.
    """

    namespace: str
    kind: Kind
    name: str
    key: str = ""
    optional: bool = False
    at_run_time: bool = False

    def __str__(self) -> str:
        """Return it as a phrase, without its namespace."""
        what = f"a Node with {self.name}" if self.kind is Kind.NODE else f"{self.kind} {self.name}"
        key = f", {_KEY.get(self.kind, 'key')} {self.key}" if self.key else ""
        optional = " (optional)" if self.optional else ""
        later = " (known only when the task runs)" if self.at_run_time else ""
        return f"{what}{key}{optional}{later}"


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One thing that a task does to the Kubernetes API.

    Attributes:
        namespace: Where; empty where only the Airflow connection, or the release, says so.
        group: The API group; empty for the core one.
        resource: Such as `pods/log`.
        verb: Such as `get`.
    """

    namespace: str
    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        """Return it as a phrase, without its namespace."""
        return f"{self.verb} {self.resource}"


@dataclass(frozen=True, slots=True)
class TaskNeeds:
    """What one task needs.

    Attributes:
        dag_id: Its DAG.
        task_id: The task.
        needs: What its pods refer to.
        permissions: What its operator does to the Kubernetes API.
        unknown: What is known only when it runs, in a phrase each.
        path: The DAG file.
        line: Where that builds it.
    """

    dag_id: str
    task_id: str
    needs: tuple[Need, ...] = ()
    permissions: tuple[Permission, ...] = ()
    unknown: tuple[str, ...] = ()
    path: str = ""
    line: int | None = None

    @property
    def task(self) -> str:
        """Its full name."""
        return f"{self.dag_id}.{self.task_id}"

    @property
    def is_empty(self) -> bool:
        """Whether it needs nothing of the cluster."""
        return not (self.needs or self.permissions or self.unknown)
