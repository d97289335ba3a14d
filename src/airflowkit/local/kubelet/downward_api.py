"""The downward API: a pod's own fields and resources as values."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from airflowkit.pods.schema.quantities import parse_quantity

Json = Mapping[str, Any]

_NODE: Final = "localhost"
_ADDRESS: Final = "127.0.0.1"


def field_value(pod: Json, path: str) -> str:
    """Return the value of a `fieldRef`.

    Examples:
        >>> field_value({"metadata": {"labels": {"team": "data"}}}, "metadata.labels['team']")
        'data'
    """
    metadata, spec = pod["metadata"], pod.get("spec", {})
    if match := re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path):
        return str((metadata.get(match[1]) or {}).get(match[2], ""))
    if path in {"metadata.labels", "metadata.annotations"}:
        values = metadata.get(path.removeprefix("metadata.")) or {}
        return "\n".join(f"{key}={_quoted(value)}" for key, value in sorted(values.items()))
    known = {
        "metadata.name": metadata.get("name"),
        "metadata.namespace": metadata.get("namespace"),
        "metadata.uid": metadata.get("uid"),
        "spec.nodeName": _NODE,
        "spec.serviceAccountName": spec.get("serviceAccountName") or "default",
        "status.hostIP": _ADDRESS,
        "status.hostIPs": _ADDRESS,
        "status.podIP": _ADDRESS,
        "status.podIPs": _ADDRESS,
    }
    return str(known.get(path) or "")


def resource_value(container: Json, pod: Json, reference: Json) -> str:
    """Return the value of a `resourceFieldRef`, in units of its divisor, rounded up.

    Without a limit it is the node's capacity, as in Kubernetes.
    """
    name = reference.get("containerName")
    if name:
        containers = (*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ()))
        container = next((each for each in containers if each["name"] == name), {})
    kind, resource = reference["resource"].split(".", 1)
    resources = container.get("resources") or {}
    amount = (resources.get(kind) or {}).get(resource)
    if amount is None and kind == "requests":
        amount = (resources.get("limits") or {}).get(resource)
    units = parse_quantity(amount) if amount is not None else _of_this_computer(resource)
    return str(math.ceil(units / parse_quantity(reference.get("divisor") or "1")))


def memory_limit(container: Mapping[str, Any]) -> int | None:
    """Return a container's memory limit in bytes, if it has one."""
    limit = ((container.get("resources") or {}).get("limits") or {}).get("memory")
    return math.ceil(parse_quantity(limit)) if limit else None


def _quoted(value: object) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _of_this_computer(resource: str) -> Decimal:
    if resource == "cpu":
        return Decimal(os.cpu_count() or 1)
    if resource == "memory":
        return Decimal(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return Decimal(0)
