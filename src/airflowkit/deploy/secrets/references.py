"""What a deployment asks of its Secrets: references, and what each Secret therefore needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.secrets.content.kinds import ANYTHING, Kind
from airflowkit.errors import SecretsError
from airflowkit.pods.schema.names import config_key_fault, subdomain_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OPAQUE: Final = "Opaque"


@dataclass(frozen=True, slots=True)
class Reference:
    """One place that names a Secret.

    Attributes:
        secret: The Secret.
        key: The key, or an empty string where the whole Secret is read.
        where: The place, such as `dags.gitSync.sshKeySecret`.
        kind: What the key must contain.
        type: The type of the Secret.
    """

    secret: str
    key: str
    where: str
    kind: Kind = ANYTHING
    type: str = OPAQUE


@dataclass(frozen=True, slots=True)
class Need:
    """A Secret that must be there, with its keys.

    Attributes:
        secret: Its name.
        type: Its type.
        keys: What each key must contain; empty where the whole Secret is read and nobody says which keys it has.
        where: The places that name it.
    """

    secret: str
    type: str
    keys: Mapping[str, Kind] = field(default_factory=dict)
    where: tuple[str, ...] = ()


def needs_of(references: Iterable[Reference]) -> tuple[Need, ...]:
    """Return each Secret once, with all its keys. References of DAGs can be among them.

    Raises:
        SecretsError: Kubernetes allows no such name.
    """
    grouped: dict[str, list[Reference]] = {}
    for reference in references:
        _check(reference)
        grouped.setdefault(reference.secret, []).append(reference)
    return tuple(_need(name, found) for name, found in grouped.items())


def _need(name: str, references: list[Reference]) -> Need:
    keys: dict[str, Kind] = {}
    for reference in references:
        if reference.key and keys.get(reference.key, ANYTHING) is ANYTHING:
            keys[reference.key] = reference.kind
    type_ = next((each.type for each in references if each.type != OPAQUE), OPAQUE)
    return Need(name, type_, keys, tuple(dict.fromkeys(each.where for each in references)))


def _check(reference: Reference) -> None:
    if fault := subdomain_fault(reference.secret):
        raise SecretsError(f"{reference.where}: {reference.secret!r} is not the name of a Secret: it {fault}")
    if reference.key and (fault := config_key_fault(reference.key)):
        raise SecretsError(f"{reference.where}: {reference.key!r} is not a key of a Secret: it {fault}")
