"""A pod's manifest as flat values, each under the name that `explain` and `pod_task` have for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.spec.keywords import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PRESENT: Final = ""
"""The value of an entry that has nothing but its name."""
_BASE: Final = "base"
_IDENTITIES: Final = ("mountPath", "devicePath", "name", "containerPort", "ip", "key", "topologyKey")
"""What tells the entries of a list apart, whatever their order is."""
_OF_SECTION: Final = {
    (place.section, place.key): keyword for keyword, place in PLACES.items() if place.section != "sidecar"
}
_SOURCES: Final = {"env": "env_vars", "envFrom": "env_from", "volumes": "volumes", "volumeMounts": "volume_mounts"}
_ENV_FROM: Final = frozenset({"env_from", "envFrom"})
_ORDERED: Final = frozenset({"command", "args", "cmds", "arguments", "nameservers", "searches"})
_ENV: Final = frozenset({"env", "env_vars"})
_MEANT_IF_EMPTY: Final = frozenset({"emptyDir", "ephemeral", "labelSelector", "namespaceSelector"})
"""Where an empty mapping means another thing than none: a folder, all pods, all namespaces."""
ORDER: Final = ": order"
"""The end of the name of a field that is the order of entries."""
REFERENCE: Final = re.compile(r"(?:Secret|ConfigMap) \S+, key \S+(?: \(optional\))?")
"""How a variable's value from a Secret or ConfigMap is written."""
_REFERS: Final = "$("
"""What refers to another variable."""
_REFERENCES: Final = (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap"))


def fields_of_pods(pods: Iterable[Any]) -> dict[str, str]:
    """Return the fields of a task's pods; what all pods of a mapped task have in common comes once."""
    each = [dict(_of_pod(pod)) if isinstance(pod, dict) else {"pod": f"cannot be built ({pod})"} for pod in pods]
    if not each:
        return {}
    names = dict.fromkeys(name for fields in each for name in fields)
    common = {name: each[0][name] for name in names if len({fields.get(name) for fields in each}) == 1}
    single = {
        f"[{index}] {name}": text
        for index, fields in enumerate(each)
        for name, text in fields.items()
        if name not in common
    }
    return {**common, **single, **({"pods": str(len(each))} if len(each) > 1 else {})}


def _of_pod(pod: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in (pod.get("metadata") or {}).items():
        yield from _flat(_OF_SECTION.get(("metadata", key), f"metadata.{key}"), value)
    for key, value in (pod.get("spec") or {}).items():
        if key == "containers":
            yield from _of_containers(value)
        elif key == "initContainers":
            yield from _of_init_containers(value)
        else:
            yield from _flat(_OF_SECTION.get(("spec", key)) or _SOURCES.get(key, key), value)


def _of_containers(containers: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    names = [container.get("name") for container in containers]
    base = names.index(_BASE) if _BASE in names else 0
    for index, container in enumerate(containers):
        if index == base:
            for key, value in container.items():
                yield from _flat(_OF_SECTION.get(("container", key)) or _SOURCES.get(key, key), value)
        else:
            yield from _flat(f"containers[{container.get('name')}]", container)


def _of_init_containers(containers: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the fields of containers that start one after another."""
    yield from _flat("init_containers", containers)
    if len(containers) > 1:
        yield f"init_containers{ORDER}", "; ".join(str(each.get("name")) for each in containers)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        if reference := _reference(value):
            yield name, reference
            return
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, list) and value and name.rpartition(".")[2] not in _ORDERED:
        yield from _of_list(name, value)
    elif value not in (None, {}, []) or (value == {} and name.rpartition(".")[2] in _MEANT_IF_EMPTY):
        yield name, repr(value)


def _of_list(name: str, values: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield the entries of a list under what tells them apart; others as one set."""
    if sources := [_source(value) for value in values] if name.rpartition(".")[2] in _ENV_FROM else []:
        yield from ((f"{name}[{source}]", PRESENT) for source in sources)
        if len(sources) > 1:  # of two that have a variable, the later one counts
            yield f"{name}{ORDER}", "; ".join(sources)
        return
    if name.rpartition(".")[2] in _ENV:
        yield from _of_variables(name, values)
        return
    for identity in _IDENTITIES:
        keys = [value.get(identity) if isinstance(value, dict) else None for value in values]
        if None not in keys and len(set(keys)) == len(keys):
            for key, value in zip(keys, values, strict=True):
                rest = {inner: content for inner, content in value.items() if inner != identity}
                yield from _of_entry(f"{name}[{key}]", rest)
            return
    yield name, repr(sorted(values, key=repr))


def _of_variables(name: str, values: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield variables; their order counts where one refers to those before it, and of two with one name the last."""
    latest = {value.get("name"): value for value in values}
    for key, value in latest.items():
        rest = {inner: content for inner, content in value.items() if inner != "name"}
        yield from _of_entry(f"{name}.{key}" if name == "env_vars" else f"{name}[{key}]", rest)
    if any(_REFERS in str(value.get("value")) for value in values):
        yield f"{name}{ORDER}", "; ".join(map(str, latest))


def _of_entry(name: str, rest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not rest:
        yield name, PRESENT
    elif rest.keys() == {"value"}:
        yield name, repr(rest["value"])
    elif reference := _reference(rest.get("valueFrom") or {}):
        yield name, reference
    else:
        yield from _flat(name, rest)


def _source(entry: Mapping[str, Any]) -> str:
    """Return from which Secret or ConfigMap a container takes all variables."""
    parts = [f"prefix {entry['prefix']}"] if entry.get("prefix") else []
    for place, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
        if named := entry.get(place):
            parts += [f"{kind} {named.get('name')}", *(["optional"] if named.get("optional") else [])]
    return ", ".join(parts)


def _reference(source: Mapping[str, Any]) -> str:
    """Return from which Secret or ConfigMap a variable comes; its value is not in the pod."""
    for place, kind in _REFERENCES:
        if named := source.get(place):
            optional = " (optional)" if named.get("optional") else ""
            return f"{kind} {named.get('name')}, key {named.get('key')}{optional}"
    return ""
