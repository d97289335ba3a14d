"""What the pods of a file have from elsewhere: `airflowkit.toml`, its profile, `security`, what `pod_task` adds.

The file is parsed with plain calls; what each pod lacks then is written into the call that makes it.
"""

from __future__ import annotations

import json
import re
from ast import literal_eval
from typing import TYPE_CHECKING, Any, Final

from airflowkit.adopt.comparison import MOVED
from airflowkit.adopt.task_lines import TaskLines
from airflowkit.checks.fixes.syntax import keyword_index
from airflowkit.eject.written import expression_of
from airflowkit.pods.schema.models import PARTS
from airflowkit.pods.spec.env_and_volumes import TARGETS
from airflowkit.pods.spec.keywords import PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.adopt.calls import RawCall, RawCalls
    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.eject.arguments import Arguments
    from airflowkit.pods.spec.keywords import Place

Pod = dict[str, Any]
_SIDECAR: Final = "airflow-xcom-sidecar"
_AIRFLOWS_LABELS: Final = frozenset({"airflow_version", "airflow_kpo_in_cluster"})
_ENUM: Final = re.compile(r"<\w+\.\w+: ('\w+')>")


def write_out(found: RawCalls, before: FileFacts, after: FileFacts, arguments: Mapping[RawCall, Arguments]) -> None:
    """Add to calls what their pods would lack.

    Args:
        found: The calls.
        before: What the file makes.
        after: What it makes with plain calls.
        arguments: What changes in each call; it is added here.
    """
    lines = TaskLines.of(before)
    first, second = ([json.loads(text) for text in facts.evidence] for facts in (before, after))
    for raw, its in arguments.items():
        places = [place for place in lines.tasks(raw, found.calls) if place < len(second)]
        tasks = [(first[place], second[place]) for place in places if first[place]["operator"] == MOVED]
        pods = [pair for one, other in tasks for pair in zip(one["pods"], other["pods"], strict=False)]
        if all(isinstance(pod, dict) for pair in pods for pod in pair):
            _fields(raw, its, pods)
            _parts(its, pods)
        _options(its, [pair for one, other in tasks for pair in zip(one["options"], other["options"], strict=False)])


def _fields(raw: RawCall, its: Arguments, pods: list[tuple[Pod, Pod]]) -> None:
    for keyword, place in PLACES.items():
        found = [(_content(one, place), _content(other, place)) for one, other in pods]
        if all(one == other for one, other in found):
            continue
        is_given = keyword_index(raw.call, keyword) is not None
        if is_given and place.kind == "map":
            lacking = [_lacking(one, other) for one, other in found]
            if _is_one(lacking) and lacking[0]:
                its.below[keyword] = {name: expression_of(it) for name, it in lacking[0].items()}
        elif is_given and place.many and place.kind.startswith("V1") and place.key != "initContainers":
            missing = [[it for it in one or () if it not in (other or ())] for one, other in found]
            if _is_one(missing) and missing[0]:
                its.elements.setdefault(keyword, []).extend(expression_of(it, place.kind) for it in missing[0])
        elif _is_one([one for one, _other in found]) and found[0][0] is not None:
            content = _without_airflows(found[0][0]) if keyword == "labels" else found[0][0]
            its.values[keyword] = expression_of(content, place.kind, many=place.many)


def _without_airflows(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: it for name, it in labels.items() if name not in _AIRFLOWS_LABELS}


def _parts(its: Arguments, pods: list[tuple[Pod, Pod]]) -> None:
    """Add the variables, volumes and mounts that pods would lack."""
    for part, (model, _name) in PARTS.items():
        lists = [[_list(pod, part) for pod in pair] for pair in pods]
        missing = [[it for it in one if not _is_in(it, other)] for one, other in lists]
        if _is_one(missing) and missing[0]:
            its.elements.setdefault(TARGETS[part], []).extend(expression_of(it, model) for it in missing[0])


def _is_in(element: Mapping[str, Any], others: list[Any]) -> bool:
    """Return whether an element is in a list; volumes and mounts under whatever name, for Airflow's are random."""
    named = "name" in element and "value" not in element and "valueFrom" not in element
    return any(({**it, "name": ""} == {**element, "name": ""}) if named else it == element for it in others)


def _options(its: Arguments, options: list[tuple[dict[str, str], dict[str, str]]]) -> None:
    for keyword in dict.fromkeys(name for one, _other in options for name in one):
        found = [(one[keyword], other.get(keyword)) for one, other in options]
        if all(one == other for one, other in found) or not _is_one([one for one, _other in found]):
            continue
        match = _ENUM.fullmatch(found[0][0])
        try:
            its.values[keyword] = expression_of(literal_eval(match.group(1) if match else found[0][0]))
        except (ValueError, SyntaxError):
            continue  # an object: the comparison says that it would change


def _content(pod: Pod, place: Place) -> Any:
    containers = pod["spec"]["containers"]
    sidecars = [it for it in containers if it.get("name") == _SIDECAR]
    sections = {
        "metadata": pod["metadata"],
        "spec": pod["spec"],
        "container": containers[0],
        "sidecar": sidecars[0] if sidecars else {},
    }
    return sections[place.section].get(place.key)


def _list(pod: Pod, part: str) -> list[Any]:
    holder = pod["spec"] if part == "volumes" else pod["spec"]["containers"][0]
    return list(holder.get(part) or ())


def _lacking(one: Any, other: Any) -> dict[str, Any]:
    return {name: it for name, it in (one or {}).items() if (other or {}).get(name) != it}


def _is_one(contents: list[Any]) -> bool:
    return bool(contents) and all(it == contents[0] for it in contents)
