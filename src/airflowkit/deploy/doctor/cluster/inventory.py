"""What a cluster has, by names and keys: there is no place in here for a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from airflowkit.contract.needs import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.contract.needs import Permission

RESOURCES: Final = {
    Kind.SECRET: "secrets",
    Kind.PULL_SECRET: "secrets",
    Kind.CONFIG_MAP: "configmaps",
    Kind.SERVICE_ACCOUNT: "serviceaccounts",
    Kind.CLAIM: "persistentvolumeclaims",
    Kind.NODE: "nodes",
    Kind.PRIORITY_CLASS: "priorityclasses",
    Kind.RUNTIME_CLASS: "runtimeclasses",
    Kind.STORAGE_CLASS: "storageclasses",
}
"""What the API calls the objects of each kind."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of a cluster.

    Attributes:
        name: Its name.
        type: The type of a Secret.
        keys: The keys of a Secret or ConfigMap.
        labels: The labels of a node.
    """

    name: str
    type: str = ""
    keys: frozenset[str] = frozenset()
    labels: dict[str, str] = field(default_factory=dict)


class NotKnown(Exception):  # noqa: N818  it is no error
    """The cluster does not say it; the message says what, and why."""


class Inventory(Protocol):
    """Something that knows what a cluster has."""

    def has_namespace(self, name: str) -> bool:
        """Return whether a namespace exists; True where that may not be asked.

        Raises:
            NotKnown: Nothing can be said of what is in it.
        """

    def find(self, kind: Kind, namespace: str, name: str) -> Thing | None:
        """Return an object, or None if it does not exist.

        Raises:
            NotKnown: That cannot be said.
        """

    def nodes(self) -> Iterable[Thing]:
        """Return the nodes.

        Raises:
            NotKnown: That cannot be said.
        """

    def allows(self, account: str, permission: Permission) -> bool:
        """Return whether a service account may do something.

        Args:
            account: As `NAMESPACE:NAME`; empty for the one that this process has.
            permission: What, and in which namespace.

        Raises:
            NotKnown: That cannot be said.
        """
