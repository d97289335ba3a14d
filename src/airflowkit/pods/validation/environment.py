"""Environment variables and their sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import MISSING, Fault, Path
from airflowkit.pods.schema.names import config_key_fault, env_name_fault, qualified_name_fault, subdomain_fault
from airflowkit.pods.schema.quantities import parse_quantity
from airflowkit.pods.validation.checks import Part, exactly_one, inner, items, named, required, text, unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.schema.versions import Version

_SOURCES: Final = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_FIELDS: Final = {
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
}
_VOLUME_FIELDS: Final = {
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels",
    "metadata.annotations",
}
_SUBSCRIPT: Final = re.compile(r"metadata\.(labels|annotations)\['(.*)'\]")
_AMOUNT: Final = re.compile(r"(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)")
_DIVISORS: Final = {"cpu": ("1m", "1")}
_BYTES: Final = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")


def environment(container: Part, path: Path, spec: Part, version: Version) -> Iterator[Fault]:
    """Return what is wrong with a container's variables."""
    relaxed = version >= (1, 34)
    for variable, place in items(container, path, "env"):
        yield from required(variable, place, "name")
        yield from named(variable, place, "name", lambda name: env_name_fault(name, relaxed=relaxed))
        yield from _value_from(variable, place, spec)
    named_twice = (((place, "name"), variable.get("name")) for variable, place in items(container, path, "env"))
    yield from unique(named_twice, "is set twice; only the last would count")
    for source, place in items(container, path, "envFrom"):
        yield from exactly_one(source, place, ("secretRef", "configMapRef"), "source")
        for key in ("secretRef", "configMapRef"):
            for reference, inside in inner(source, place, key):
                yield from reference_faults(reference, inside)
        yield from named(source, place, "prefix", lambda name: env_name_fault(name, relaxed=relaxed))


def _value_from(variable: Part, path: Path, spec: Part) -> Iterator[Fault]:
    for source, place in inner(variable, path, "valueFrom"):
        if variable.get("value"):
            yield Fault(place, MISSING, "cannot be combined with a value", "give only one of the two")
        yield from exactly_one(source, place, _SOURCES, "source")
        for field, inside in inner(source, place, "fieldRef"):
            yield from field_reference(field, inside, _FIELDS)
        for amount, inside in inner(source, place, "resourceFieldRef"):
            yield from resource_reference(amount, inside)
        for file, inside in inner(source, place, "fileKeyRef"):
            yield from required(file, inside, "volumeName", "path", "key")
            name = text(file.get("volumeName"))
            if name and name not in {volume.get("name") for volume in spec.get("volumes") or ()}:
                yield Fault((inside, "volumeName"), name, "the pod has no such volume")
        for key in ("configMapKeyRef", "secretKeyRef"):
            for reference, inside in inner(source, place, key):
                yield from reference_faults(reference, inside)
                yield from required(reference, inside, "key")
                yield from named(reference, inside, "key", config_key_fault)


def reference_faults(reference: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with the name of a secret or a config map."""
    yield from required(reference, path, "name")
    yield from named(reference, path, "name", subdomain_fault)


def field_reference(field: Part, path: Path, allowed: set[str] = _VOLUME_FIELDS) -> Iterator[Fault]:
    """Return what is wrong with a field of the pod (downward API)."""
    yield from required(field, path, "fieldPath")
    if field.get("apiVersion", "v1") not in ("", "v1"):
        yield Fault((path, "apiVersion"), field["apiVersion"], "must be v1")
    value = text(field.get("fieldPath"))
    if not value or value in allowed:
        return
    match = _SUBSCRIPT.fullmatch(value)
    if not match:
        known = ", ".join(sorted(allowed))
        yield Fault((path, "fieldPath"), value, f"must be one of {known} or metadata.labels['key']")
    elif reason := qualified_name_fault(match.group(2) if match.group(1) == "labels" else match.group(2).lower()):
        yield Fault((path, "fieldPath"), value, f"its key {reason}")


def resource_reference(amount: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with a reference to a container's resources (downward API)."""
    yield from required(amount, path, "resource")
    value, divisor = text(amount.get("resource")), text(amount.get("divisor"))
    match = _AMOUNT.fullmatch(value) if value else None
    if value and not match:
        yield Fault((path, "resource"), value, "must be a resource such as limits.memory or requests.cpu")
    if not match or not divisor:
        return
    allowed = _DIVISORS.get(match.group(2), _BYTES)
    if not _same_as_any(divisor, allowed):
        yield Fault((path, "divisor"), divisor, f"must be one of {', '.join(allowed)}")


def _same_as_any(divisor: str, allowed: tuple[str, ...]) -> bool:
    try:
        value = parse_quantity(divisor)
    except ValueError:
        return False
    return value == 0 or value in map(parse_quantity, allowed)
