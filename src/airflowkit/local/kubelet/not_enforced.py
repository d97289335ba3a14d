"""What a pod asks for that a local run does not enforce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Json = Mapping[str, Any]

_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_USERS: Final = ("runAsUser", "runAsGroup", "runAsNonRoot", "fsGroup", "supplementalGroups")


def not_enforced(spec: Json, *, memory: bool) -> list[str]:
    """Return its names, once each.

    Args:
        spec: The pod's spec.
        memory: Whether the runtime enforces memory limits.
    """
    found = dict.fromkeys(_of_security(spec.get("securityContext") or {}))
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        found |= dict.fromkeys(_of_container(container, memory=memory))
    return list(found)


def _of_container(container: Json, *, memory: bool) -> Iterator[str]:
    limits = (container.get("resources") or {}).get("limits") or {}
    if "memory" in limits and not memory:
        yield "memory limits"
    yield from _of_security(container.get("securityContext") or {})
    yield from (name for name in _PROBES if container.get(name))
    hooks = container.get("lifecycle") or {}
    yield from (f"the {name} hook" for name in ("postStart", "preStop") if hooks.get(name))


def _of_security(context: Json) -> Iterator[str]:
    if any(context.get(name) is not None for name in _USERS):
        yield "users and groups"
    if context.get("readOnlyRootFilesystem"):
        yield "a read-only root"
