"""Where a pod may have only text, and what an API server says of anything else, such as a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def not_text(pod: Json) -> str:
    """Return the first fault in the API server's words; empty without one."""
    return next((f"{_kind(value)} into Go struct field {field} of type string" for field, value in _faults(pod)), "")


def _faults(pod: Json) -> Iterator[tuple[str, Any]]:
    """Yield the fields that are no texts, with their values."""
    for field, value in _texts(pod):
        if value is not None and not isinstance(value, str):
            yield field, value


def _texts(pod: Json) -> Iterator[tuple[str, Any]]:
    spec, metadata = pod.get("spec") or {}, pod.get("metadata") or {}
    for name in ("labels", "annotations"):
        yield from ((f"ObjectMeta.metadata.{name}", value) for value in (metadata.get(name) or {}).values())
    yield from (("PodSpec.spec.nodeSelector", value) for value in (spec.get("nodeSelector") or {}).values())
    for place in ("initContainers", "containers"):
        for container in spec.get(place) or ():
            yield from _of_container(container, f"spec.{place}")


def _of_container(container: Json, place: str) -> Iterator[tuple[str, Any]]:
    for name in ("image", "name", "workingDir"):
        yield f"Container.{place}.{name}", container.get(name)
    for name in ("command", "args"):
        yield from ((f"Container.{place}.{name}", word) for word in container.get(name) or ())
    for variable in container.get("env") or ():
        yield f"EnvVar.{place}.env.value", variable.get("value")


def _kind(value: object) -> str:
    """Return JSON's name for a value's type."""
    kinds = {bool: "bool", int: "number", float: "number", list: "array", dict: "object"}
    return kinds.get(type(value), type(value).__name__)
