"""airflowkit's own keywords, and the Kubernetes fields that they expand to: `resources`, `security`, `node_pool`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import fields as attributes
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import Problem, did_you_mean
from airflowkit.pods.schema.faults import MISSING
from airflowkit.pods.schema.jinja import RUNTIME, is_runtime_value
from airflowkit.pods.schema.models import is_model, to_model
from airflowkit.pods.spec.layers import joined
from airflowkit.pods.values.resources import Resources

if TYPE_CHECKING:
    from airflowkit.pods.spec.builder import PodBuilder
    from airflowkit.settings import Settings

_AMOUNT: Final = re.compile(r"container_resources\.(limits|requests)(?:\.([\w-]+)|\['([^']+)'\])")
Reject = Callable[..., Any]
SIZES: Final[Mapping[str, Mapping[str, Any]]] = {
    "small": {"cpu": "250m", "memory": "512Mi"},
    "medium": {"cpu": "1", "memory": "2Gi"},
    "large": {"cpu": "4", "memory": "8Gi"},
}
"""Sizes that are there without an `airflowkit.toml`; `[resources.NAME]` adds more, or changes these."""

_RESTRICTED_CONTAINER: Final = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
SECURITY: Final[Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]] = {
    "none": ({}, {}),
    "non-root": ({"runAsNonRoot": True}, {}),
    "restricted": (
        {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        _RESTRICTED_CONTAINER,
    ),
}
"""Security presets: what each sets for the pod, and for each of its containers.

`restricted` is Kubernetes' restricted Pod Security Standard.
"""


def sizes_of(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    """Return what each name stands for in `resources="small"`."""
    return {**SIZES, **settings.resources}


def expand_resources(values: Mapping[str, Any], settings: Settings, reject: Reject) -> dict[str, Any]:
    """Return a layer's keywords with `resources` turned into `container_resources` and `memory_after_oom`."""
    expanded = dict(values)
    if "resources" not in expanded:
        return expanded
    resources = expanded.pop("resources")
    if expanded.get("container_resources") is not None and resources is not None:
        reject("resources", resources, "cannot be combined with container_resources", "give one of the two")
        return expanded
    amounts = _amounts(resources, settings, reject)
    if isinstance(amounts, Resources):
        expanded["container_resources"] = amounts.build(settings.gpu.resource)
        if amounts.memory_after_oom is not None:
            expanded["memory_after_oom"] = copy(amounts.memory_after_oom)  # the operator tells whose it is by identity
    elif amounts is not MISSING:
        expanded["container_resources"] = amounts
    return expanded


def _amounts(resources: Any, settings: Settings, reject: Reject) -> Any:
    """Return `resources` with a size's name or a table as `Resources`; MISSING where they cannot be read."""
    if isinstance(resources, str) and not is_runtime_value(resources):
        sizes = sizes_of(settings)
        if resources not in sizes:
            known = ", ".join(sorted(sizes))
            hint = did_you_mean(resources, sizes) or f"there are {known}; [resources.{resources}] adds it"
            return reject("resources", resources, "is not a size that airflowkit.toml defines", hint)
        resources = sizes[resources]
    if isinstance(resources, Mapping) and not {"requests", "limits", "claims"} & set(resources):
        resources = _from_table(resources, reject)
    if (
        resources is None
        or resources is MISSING
        or resources is RUNTIME
        or isinstance(resources, (Mapping, Resources))
        or is_model(resources)
    ):
        return resources
    return reject("resources", resources, "is neither Resources(…) nor a size's name", "write Resources(memory='1Gi')")


def _from_table(table: Mapping[str, Any], reject: Reject) -> Any:
    known = [attribute.name for attribute in attributes(Resources)]
    unknown = [key for key in table if key not in known]
    for key in unknown:
        reject(("resources", str(key)), table[key], "Resources has no such argument", did_you_mean(str(key), known))
    return MISSING if unknown else Resources(**table)


def expand_shorthands(values: Mapping[str, Any], settings: Settings, reject: Reject) -> dict[str, Any]:
    """Return keywords with Kubernetes' own in the place of `resources` and `node_pool`."""
    return place(expand_resources(values, settings, reject), settings, reject)


def place(values: dict[str, Any], settings: Settings, reject: Reject) -> dict[str, Any]:
    """Return keywords with the node selector and tolerations of `node_pool` and of GPUs beneath them."""
    placed = {key: value for key, value in values.items() if key != "node_pool"}
    for keyword, below in (*_pool(values.get("node_pool"), settings, reject), *_gpu_tolerations(values, settings)):
        above = placed.get(keyword)
        placed[keyword] = below if above is None else joined(keyword, above, below)
    return placed


def _pool(name: Any, settings: Settings, reject: Reject) -> Iterator[tuple[str, Any]]:
    if name is None:
        return
    pool = settings.node_pools.get(name) if isinstance(name, str) else None
    if pool is None:
        known = ", ".join(sorted(settings.node_pools)) or "none"
        adds = f"; [node_pools.{name}] adds it" if isinstance(name, str) else ""
        hint = did_you_mean(name, settings.node_pools) or f"there are: {known}{adds}"
        reject("node_pool", name, "airflowkit.toml defines no such pool", hint)
        return
    yield "node_selector", dict(pool.node_selector)
    yield "tolerations", list(pool.tolerations)


def _gpu_tolerations(values: Mapping[str, Any], settings: Settings) -> Iterator[tuple[str, Any]]:
    resources = values.get("container_resources")
    limits = resources.get("limits") if isinstance(resources, Mapping) else getattr(resources, "limits", None)
    if settings.gpu.tolerations and isinstance(limits, Mapping) and settings.gpu.resource in limits:
        yield "tolerations", list(settings.gpu.tolerations)


def secure(builder: PodBuilder, level: Any) -> None:
    """Lay a security preset under the pod's own settings."""
    if level is None:
        return
    if not isinstance(level, str) or level not in SECURITY:
        builder.decoder.reject("security", level, "is not a security preset", _other(level))
        return
    pod, container = SECURITY[level]
    _lay_under(builder, "security_context", builder.spec, pod, "V1PodSecurityContext")
    _lay_under(builder, "container_security_context", builder.container, container, "V1SecurityContext")
    if container:
        sidecar = "xcom_sidecar_container_security_context"
        _lay_under(builder, sidecar, builder.sidecar, container, "V1SecurityContext")
        for init in builder.spec.get("initContainers", ()):
            init["securityContext"] = {**container, **init.get("securityContext", {})}
        if "initContainers" in builder.spec:
            builder.keywords["init_containers"] = to_model(builder.spec["initContainers"], "V1Container", many=True)


def _other(level: object) -> str:
    return did_you_mean(level, SECURITY) or f"there are {', '.join(SECURITY)}"


def _lay_under(builder: PodBuilder, keyword: str, part: dict[str, Any], preset: Mapping[str, Any], model: str) -> None:
    if preset:
        part["securityContext"] = {**preset, **part.get("securityContext", {})}
        builder.keywords[keyword] = to_model(part["securityContext"], model)


def named_after_resources(problem: Problem, resources: Any) -> Problem:
    """Return a problem of `container_resources` as one of the `resources` that it was made of.

    Args:
        problem: The problem.
        resources: What `resources` was given; None where it was not.
    """
    match = _AMOUNT.fullmatch(problem.field)
    if resources is None or not match:
        return problem
    part, name = match.group(1), (match.group(2) or match.group(3)).replace("-", "_")
    if "/" in name:
        extended = getattr(resources, "extended", {})
        return replace(problem, field=f"resources.extended[{name!r}]" if name in extended else "resources.gpu")
    limit = f"{name}_limit"
    own = limit if part == "limits" and getattr(resources, limit, None) is not None else name
    return replace(problem, field=f"resources.{own}")
