"""What of a file's pods and DAGs differs between two parses, field by field; order that means nothing aside."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.workers.evidence import ARGUMENTS
from airflowkit.pods.schema.quantities import parse_quantity
from airflowkit.pods.spec.keywords import DEAD, OF_THE_POD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.checks.model.facts import FileFacts

RAW: Final = "KubernetesPodOperator"
MOVED: Final = "CheckedPodOperator"
_BASE: Final = "spec.containers.base."
"""What the fields of the main container begin with, whatever its name is."""
_IDENTITY: Final = frozenset({"_task_module", "_operator_name", "task_type", "ui_color", "has_retry_policy"})
"""What a serialized task says about its class; the last one is set for each mapped task that takes the argument."""
_UNORDERED: Final = ("imagePullSecrets", "tolerations", "volumes")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that would change.

    Attributes:
        task_id: The task; empty for the DAG itself.
        field: The field, such as `spec.containers.base.image` or `retries`.
    """

    task_id: str
    field: str


def differences(before: FileFacts, after: FileFacts) -> list[Difference]:
    """Return what differs between two parses of a file that both could be serialized."""
    first, second = ([json.loads(text) for text in facts.evidence] for facts in (before, after))
    if [task["task_id"] for task in first] != [task["task_id"] for task in second]:
        return [Difference("", "tasks")]
    found = [
        Difference(one["task_id"], name)
        for one, other in zip(first, second, strict=True)
        for name in dict.fromkeys(_of_task(one, other))
    ]
    return list(dict.fromkeys([*found, *_of_dags(before, after)]))


def _of_task(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    moved = _is_moved(one["operator"], other["operator"])
    if one["operator"] != other["operator"] and not moved:
        yield "operator"
    ours = {*OF_THE_POD, "retry_policy"} if moved else DEAD.keys() if one["pods"] else set()
    arguments = [{name: it for name, it in task[ARGUMENTS].items() if name not in ours} for task in (one, other)]
    yield from _changed(arguments[0], arguments[1])
    if len(one["pods"]) != len(other["pods"]):
        yield "number of pods"
    for was, becomes in zip(one["options"], other["options"], strict=False):
        yield from _changed(was, becomes)
    base = f"spec.containers.{one[ARGUMENTS].get('base_container_name', 'base')}.".replace("'", "")
    for was, becomes in zip(one["pods"], other["pods"], strict=False):
        for name in _changed(_normal(was), _normal(becomes)):
            yield _BASE + name.removeprefix(base) if name.startswith(base) else name or "pod"


def _is_moved(one: str, other: str) -> bool:
    return {one, other} == {RAW, MOVED}


def _of_dags(before: FileFacts, after: FileFacts) -> Iterator[Difference]:
    first, second = dict(before.serialized), dict(after.serialized)
    for dag_id in first.keys() | second.keys():
        if dag_id not in first or dag_id not in second:
            yield Difference("", f"DAG {dag_id}")
            continue
        one, other = (_of_dag(texts[dag_id]) for texts in (first, second))
        tasks = [[_of_serialization(task) for task in dag.pop("tasks", ())] for dag in (one, other)]
        yield from (Difference("", name) for name in _changed(one, other))
        for was, becomes in zip(*tasks, strict=False):
            names = set(_changed(*_comparable(was, becomes)))
            yield from (Difference(str(was.get("task_id")), name) for name in sorted(names))


def _of_dag(text: str) -> dict[str, Any]:
    """Return a serialized DAG, without defaults that no operator uses any more."""
    found: dict[str, Any] = json.loads(text)["dag"]
    if "default_args" in found:
        found["default_args"] = _without_dead(found["default_args"])
    return found


def _without_dead(value: Any) -> Any:
    """Return a value of JSON without the keywords that do nothing, however deep in it."""
    return json.loads(json.dumps(value), object_hook=lambda it: {key: it[key] for key in it if key not in DEAD})


def _of_serialization(task: Any) -> dict[str, Any]:
    found = task.get("__var", task) if isinstance(task, dict) else {}
    return dict(found)


def _comparable(one: dict[str, Any], other: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two serialized tasks without what the pods show, if one has become a checked one."""
    if not _is_moved(str(one.get("task_type")), str(other.get("task_type"))):
        return one, other
    return _without_pod(one), _without_pod(other)


def _without_pod(value: dict[str, Any]) -> dict[str, Any]:
    left = {name: it for name, it in value.items() if name not in _IDENTITY and name not in OF_THE_POD}
    if "expand_input" in left:
        left["expand_input"] = _without_dead(left["expand_input"])
    if isinstance(left.get("partial_kwargs"), dict):
        left["partial_kwargs"] = _without_pod(left["partial_kwargs"])
    return left


def _changed(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Yield the places at which two values of JSON differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            place = f"{path}.{key}" if path else str(key)
            if key not in one or key not in other:
                yield place
            else:
                yield from _changed(one[key], other[key], place)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for was, becomes in zip(one, other, strict=True):
            yield from _changed(was, becomes, path)
    elif one != other:
        yield path


def _normal(pod: Any) -> Any:
    """Return a manifest in the one form that all equal ones have; one of a wrong shape has only its own."""
    try:
        return _normalized(json.dumps(pod))
    except (AttributeError, TypeError):
        return pod


@lru_cache(maxsize=4096)
def _normalized(text: str) -> Any:
    pod = json.loads(text)
    spec = pod.get("spec") if isinstance(pod, dict) else None
    if not isinstance(spec, dict):
        return pod
    kinds = [kind for kind in ("containers", "initContainers") if isinstance(spec.get(kind), list)]
    containers = [container for kind in kinds for container in spec[kind]]
    _name_volumes(spec, containers)
    for container in containers:
        _order(container)
    for kind in kinds:
        spec[kind] = {str(container.get("name")): container for container in spec[kind]}
    for name in _UNORDERED:
        if isinstance(spec.get(name), list):
            spec[name] = sorted(spec[name], key=_text)
    return pod


def _name_volumes(spec: dict[str, Any], containers: list[dict[str, Any]]) -> None:
    """Name each volume after what it is: nothing outside the pod knows its name, and Airflow's are random.

    Folders that are empty at first are told apart by where they are mounted.
    """
    names = {}
    for volume in spec.get("volumes") or ():
        source = {key: it for key, it in volume.items() if key != "name"}
        shared = not {"emptyDir", "ephemeral"} & source.keys()
        mounts = [] if shared else [_places(container, volume.get("name")) for container in containers]
        names[volume.get("name")] = _text([source, mounts])
        volume["name"] = names[volume.get("name")]
    if names:
        spec["volumes"] = list({_text(volume): volume for volume in spec["volumes"]}.values())
    for container in containers:
        for mount in container.get("volumeMounts") or ():
            mount["name"] = names.get(mount.get("name"), mount.get("name"))
            if mount.get("readOnly") is False:  # what it is where nothing is said
                del mount["readOnly"]


def _places(container: Mapping[str, Any], name: object) -> list[str]:
    mounts = container.get("volumeMounts") or ()
    return sorted(_text(mount) for mount in ({**it, "name": ""} for it in mounts if it.get("name") == name))


def _order(container: dict[str, Any]) -> None:
    """Put a container's lists into one order, where order means nothing, and its amounts into one spelling."""
    env = container.get("env")
    if isinstance(env, list):
        names = [variable.get("name") for variable in env]
        if len(set(names)) == len(names) and "$(" not in json.dumps(env):  # else one refers to those before it
            container["env"] = {str(variable.get("name")): variable for variable in sorted(env, key=_text)}
    for name in ("volumeMounts", "ports"):
        if isinstance(container.get(name), list):
            container[name] = sorted(container[name], key=_text)
    for amounts in (container.get("resources") or {}).values():
        for name in amounts if isinstance(amounts, dict) else ():
            with suppress(ValueError):
                amounts[name] = str(parse_quantity(str(amounts[name])).normalize())


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
