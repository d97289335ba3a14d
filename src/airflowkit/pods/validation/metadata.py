"""Names, labels and annotations of the pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import Fault, Key, Path
from airflowkit.pods.schema.names import label_fault, label_value_fault, qualified_name_fault, subdomain_fault
from airflowkit.pods.validation.checks import Part, items, named, required, text

if TYPE_CHECKING:
    from collections.abc import Iterator


_FINALIZERS: Final = ("foregroundDeletion", "kubernetes", "orphan")
_ANNOTATIONS_SIZE: Final = 256 * 1024


def metadata(part: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with a pod's metadata."""
    yield from named(part, path, "name", subdomain_fault)
    yield from named(part, path, "generateName", lambda name: subdomain_fault(name.rstrip("-") or name))
    yield from named(part, path, "namespace", label_fault)
    yield from labels(part, path, "labels")
    yield from _annotations(part, path)
    for index, finalizer in enumerate(part.get("finalizers") or ()):
        reason = qualified_name_fault(finalizer)
        if not reason and "/" not in finalizer and finalizer not in _FINALIZERS:
            reason = "must have a domain in front, such as example.com/name"
        if reason:
            yield Fault(((path, "finalizers"), index), finalizer, reason)
    for owner, place in items(part, path, "ownerReferences"):
        yield from required(owner, place, "apiVersion", "kind", "name", "uid")


def labels(part: Part, path: Path, key: str) -> Iterator[Fault]:
    """Return what is wrong with labels, or with a selector by labels."""
    contents = part.get(key)
    if not isinstance(contents, dict):
        return
    for name, value in contents.items():
        place: Path = ((path, key), Key(name))
        if text(name) is not None and (reason := qualified_name_fault(name)):
            yield Fault(place, name, reason)
        if text(value) is not None and (reason := label_value_fault(value)):
            yield Fault(place, value, reason)


def _annotations(part: Part, path: Path) -> Iterator[Fault]:
    contents = part.get("annotations")
    if not isinstance(contents, dict):
        return
    for name in contents:
        if text(name) is not None and (reason := qualified_name_fault(name.lower())):
            yield Fault(((path, "annotations"), Key(name)), name, reason)
    size = sum(len(name.encode()) + len(str(value).encode()) for name, value in contents.items())
    if size > _ANNOTATIONS_SIZE:
        yield Fault((path, "annotations"), f"{size} bytes", f"must not be more than {_ANNOTATIONS_SIZE} bytes")
