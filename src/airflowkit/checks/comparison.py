"""Compares what two processes make of the same file: a difference makes a new DAG version at each parse."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.facts import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.model.facts import FileFacts

_LONGEST: Final = 60
_BEFORE: Final = 15
_MOST: Final = 3
_NOT_THE_FILES: Final = frozenset({"_processor_dags_folder", "template_fields"})
"""Fields that the file does not set: a folder of the check, and names that a provider takes from a set."""
_AIRFLOWS_OWN: Final = ("<airflow.utils.types.ArgNotSet object at ", "<airflow.models.param.DagParam object at ")
"""How Airflow 2 writes an argument that was not given, and a parameter of `@dag`: with its address in memory."""


def compared(first: Iterable[FileFacts], second: Iterable[FileFacts]) -> Iterator[FileFacts]:
    """Yield the first facts of each file, with what is different in its second parse."""
    others = {facts.path: dict(facts.serialized) for facts in second}
    for facts in first:
        other = others.get(facts.path, {})
        lines = {dag.dag_id: dag.line for dag in facts.dags}
        changes = tuple(
            Change(dag_id, difference, lines.get(dag_id))
            for dag_id, text in facts.serialized
            if text != other.get(dag_id, text) and dag_id not in _taken_twice(facts)
            for difference in _differences(dag_id, text, other[dag_id])
        )
        gone = tuple(
            Change(dag_id, "is missing from some parses", lines.get(dag_id))
            for dag_id, _text in facts.serialized
            if facts.path in others and dag_id not in other
        )
        yield replace(facts, serialized=(), changes=changes + gone)


def _taken_twice(facts: FileFacts) -> set[str]:
    """Return the ids that several DAGs of the file share, which another rule reports."""
    ids = [dag.dag_id for dag in facts.dags]
    return {dag_id for dag_id in ids if ids.count(dag_id) > 1}


def _differences(dag_id: str, first: str, second: str) -> Iterator[str]:
    """Yield each field that differs, with both values, up to a limit."""
    found = list(_within(json.loads(first), json.loads(second), dag_id))
    for field, before, after in found[:_MOST]:
        one, other = excerpts(repr(before), repr(after))
        yield f"{field} is {one} at one parse and {other} at the next"


def excerpts(first: str, second: str) -> tuple[str, str]:
    """Return the parts of two texts in which they differ, with a few letters before; short texts are whole."""
    pairs = enumerate(zip(first, second, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))
    start = max(0, same - _BEFORE) if max(len(first), len(second)) > _LONGEST else 0
    dots = "…" if start else ""
    return f"{dots}{first[start : start + _LONGEST]}", f"{dots}{second[start : start + _LONGEST]}"


def _within(first: Any, second: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        for key, value in first.items():
            if key in _NOT_THE_FILES:
                continue
            yield from _within(value, second[key], _named(place, key, value))
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for number, (value, other) in enumerate(zip(first, second, strict=True)):
            yield from _within(value, other, _named(place, f"[{number}]", value))
    elif first != second and not str(first).startswith(_AIRFLOWS_OWN):
        yield place, first, second


def _named(place: str, key: str, value: Any) -> str:
    """Return the place in the DAG file's terms: Airflow wraps each value in `__type` and `__var`."""
    if key in {"__var", "dag", "tasks"}:
        return place
    task = value.get("__var", {}) if isinstance(value, dict) else {}
    if key.startswith("[") and isinstance(task, dict) and "task_id" in task:
        return f"{place}.{task['task_id']}"
    return f"{place}{key}" if key.startswith("[") else f"{place}.{key}"
