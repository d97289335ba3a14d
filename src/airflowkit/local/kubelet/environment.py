"""A container's environment, following the kubelet's rules.

See https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/: an entry of
`env` sees the ones before it and all of `envFrom` (observed on Kubernetes 1.35); `command` and `args` see all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from airflowkit.local.kubelet.downward_api import field_value, resource_value
from airflowkit.local.kubelet.objects import Kind, LocalObjects, MissingObject

Json = Mapping[str, Any]


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace each known `$(NAME)`; `$$` becomes `$`.

    Examples:
        >>> expand("$(A) $(B) $$(A) $A", {"A": "1"})
        '1 $(B) $(A) $A'
    """

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        return "$" if name is None else variables.get(name, match[0])

    return re.sub(r"\$\$|\$\(([^)]*)\)", replaced, text)


def expand_all(words: Iterable[str] | None, variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return a container's `command` or `args` with variables expanded."""
    return tuple(expand(str(word), variables) for word in words or ())


def environment(container: Json, pod: Json, objects: LocalObjects) -> dict[str, str]:
    """Return the variables of a container's `envFrom` and `env`.

    Raises:
        MissingObject: A Secret, ConfigMap or key is missing and not optional.
    """
    variables: dict[str, str] = {}
    for source in container.get("envFrom") or ():
        variables |= _all_of(source, objects)
    own: dict[str, str] = {}
    for variable in container.get("env") or ():
        value = _value(variable, container, pod, objects, variables | own)
        if value is not None:
            own[variable["name"]] = value
    return variables | own


def _all_of(source: Json, objects: LocalObjects) -> dict[str, str]:
    kind: Kind = "Secret" if source.get("secretRef") else "ConfigMap"
    reference = source.get("secretRef") or source["configMapRef"]
    prefix = source.get("prefix") or ""
    try:
        data = objects.data(kind, reference["name"])
    except MissingObject:
        if reference.get("optional"):
            return {}
        raise
    return {f"{prefix}{key}": value for key, value in data.items()}


def _value(variable: Json, container: Json, pod: Json, objects: LocalObjects, before: Mapping[str, str]) -> str | None:
    source = variable.get("valueFrom")
    if variable.get("value") or not source:
        return expand(variable.get("value") or "", before)
    if reference := source.get("fieldRef"):
        return field_value(pod, reference["fieldPath"])
    if reference := source.get("resourceFieldRef"):
        return resource_value(container, pod, reference)
    kind: Kind = "Secret" if source.get("secretKeyRef") else "ConfigMap"
    reference = source.get("secretKeyRef") or source["configMapKeyRef"]
    try:
        return objects.value(kind, reference["name"], reference["key"], pod["metadata"]["namespace"])
    except MissingObject:
        if reference.get("optional"):
            return None
        raise
