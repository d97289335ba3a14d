"""A state as JSON: another Python with another Airflow writes it, and this one reads it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any, Final

from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.compare.fields import Dag, Field, Kind
from airflowkit.compare.state import State

VERSION: Final = 1


def written(state: State) -> str:
    """Return the part of a state that an upgrade compares."""
    document = {
        "version": VERSION,
        "dags": {dag_id: _written(dag) for dag_id, dag in state.dags.items()},
        "failures": dict(state.failures),
        "unknown": dict(state.unknown),
        "files": list(state.seconds),
        "findings": [asdict(finding) for finding in state.findings],
    }
    return json.dumps(document)


def read(document: Any) -> State:
    """Return the state that `written` wrote, from its JSON.

    Raises:
        ValueError: It is not one, or is of another version of airflowkit.
    """
    if document["version"] != VERSION:
        raise ValueError(f"version {document['version']}, not {VERSION}")
    return State(
        dags={dag_id: _read(dag) for dag_id, dag in document["dags"].items()},
        failures=document["failures"],
        unknown=document["unknown"],
        seconds=dict.fromkeys(document["files"], 0.0),  # another Airflow takes another time
        findings=tuple(map(_finding, document["findings"])),
    )


def _written(dag: Dag) -> dict[str, Any]:
    return {
        "path": dag.path,
        "fields": _pairs(dag.fields),
        "tasks": {task_id: _pairs(fields) for task_id, fields in dag.tasks.items()},
        "edges": sorted(dag.edges),
        "runs": dag.runs,
    }


def _pairs(fields: Any) -> list[tuple[str, str, str]]:
    return [(field.kind, field.name, text) for field, text in fields.items()]


def _read(dag: Any) -> Dag:
    return Dag(
        path=dag["path"],
        fields=_fields(dag["fields"]),
        tasks={task_id: _fields(pairs) for task_id, pairs in dag["tasks"].items()},
        edges=frozenset((first, then) for first, then in dag["edges"]),
        runs=dag["runs"],
    )


def _fields(pairs: Any) -> dict[Field, str]:
    return {Field(Kind(kind), name): text for kind, name, text in pairs}


def _finding(values: Any) -> Finding:
    found = Finding(**values)
    return replace(found, severity=Severity(found.severity))
