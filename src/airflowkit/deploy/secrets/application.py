"""What is missing in a cluster, what is wrong there, and what an apply adds."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflowkit.deploy.secrets.content.kinds import ANYTHING, Kind
from airflowkit.deploy.secrets.content.text import Fault, readable
from airflowkit.deploy.secrets.manifest import Secret
from airflowkit.deploy.secrets.references import OPAQUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from airflowkit.deploy.secrets.cluster import Existing
    from airflowkit.deploy.secrets.confidential import Confidential
    from airflowkit.deploy.secrets.gathering import Place, Stock
    from airflowkit.deploy.secrets.references import Need


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that keeps a deployment from starting.

    Attributes:
        place: The Secret, or the Secret and its key.
        reason: What is wrong, without a value.
    """

    place: str
    reason: str


def lacks(needs: Iterable[Need], existing: Mapping[str, Existing]) -> Iterator[Lack]:
    """Yield what is missing or wrong."""
    for need in needs:
        found = existing.get(need.secret)
        if not found:
            keys = f" (keys: {', '.join(need.keys)})" if need.keys else ""
            yield Lack(need.secret, f"is missing{keys}")
            continue
        if need.type not in {OPAQUE, found.secret.type}:
            yield Lack(
                need.secret, f"has type {found.secret.type}, but must have {need.type}: delete and make it again"
            )
        yield from _lacks_of_keys(need, found.secret)


def _lacks_of_keys(need: Need, secret: Secret) -> Iterator[Lack]:
    for key, kind in need.keys.items():
        place, value = f"{need.secret}/{key}", secret.data.get(key)
        if not value:
            yield Lack(place, "is missing" if value is None else "is empty")
        elif fault := _fault(kind, value.reveal()):
            yield Lack(place, fault)


def _fault(kind: Kind, content: bytes) -> str:
    """Return what is wrong with a value; nothing is known of those of unknown kinds."""
    if kind.binary or kind is ANYTHING:
        return ""
    try:
        normal = kind.check(readable(content))
    except Fault as fault:
        return str(fault)
    if b"\r" in content or content.startswith(BOM_UTF8):
        return "has Windows line ends or a byte order mark"
    if normal.endswith("\n") != content.endswith(b"\n"):
        return "lacks its final newline" if normal.endswith("\n") else "ends with a newline"
    return ""


def additions(
    needs: Iterable[Need], existing: Mapping[str, Existing], stock: Stock, replaced: set[Place]
) -> list[Secret]:
    """Return what is to be applied: new Secrets, and existing ones that lack a key or have one replaced.

    Args:
        needs: The Secrets.
        existing: Those that exist.
        stock: All values that are known.
        replaced: The keys that are replaced although they exist.
    """
    found = []
    for need in needs:
        there = existing.get(need.secret)
        values = {key: value for (secret, key), value in stock.items() if secret == need.secret}
        if there:
            present = {key for key, value in there.secret.data.items() if value}
            values = {
                key: value for key, value in values.items() if key not in present or (need.secret, key) in replaced
            }
        if values:
            found.append(with_new_values(there, values) if there else Secret(need.secret, need.type, values))
    return found


def with_new_values(there: Existing, values: Mapping[str, Confidential]) -> Secret:
    """Return an existing Secret with new values, and the keys that airflowkit applied before, which it would drop."""
    kept = {key: value for key, value in there.secret.data.items() if key in there.ours}
    return Secret(there.secret.name, there.secret.type, {**kept, **values}, there.secret.version)
