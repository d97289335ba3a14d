"""Holds each edit of a DAG file against what Airflow makes of it: only what the fix declares may differ."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflowkit.checks.engine import plugins_folder
from airflowkit.checks.fixes.registry import FIXES
from airflowkit.checks.messages import Job
from airflowkit.checks.pool import Pool
from airflowkit.repository import dags_folder_of
from airflowkit.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from airflowkit.checks.facts import FileFacts
    from airflowkit.checks.fixes.plan import Edit

_Declared = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an edit holds.

    Attributes:
        edit: The edit.
        objection: Why it does not hold; empty if it does.
    """

    edit: Edit
    objection: str = ""


def proved(edits: Iterable[Edit], workers: int) -> list[Verdict]:
    """Return for each edit whether the DAGs do the same after it as before; text that is no Python needs no proof."""
    verdicts, folders = [], defaultdict(list)
    for edit in edits:
        if edit.file.path.suffix == ".py":
            folders[dags_folder_of(edit.file.path)].append(edit)
        else:
            verdicts.append(Verdict(edit))
    for folder, found in folders.items():
        verdicts += _proved(folder, found, workers)
    return verdicts


def _proved(folder: Path, edits: Sequence[Edit], workers: int) -> list[Verdict]:
    """Parse the files as they are and as they would be, with the same hash seed, and compare."""
    size = min(workers, len(edits))
    with Pool((), size, plugins=plugins_folder(folder)) as pool:
        before = _told(pool, folder, {edit.file.path: edit.file.content for edit in edits})
        after = _told(pool, folder, {edit.file.path: edit.content for edit in edits})
    return [
        Verdict(edit, _objection(before[path], after[path], _declared(edit)))
        for edit in edits
        for path in [str(edit.file.path.absolute())]
    ]


def _told(pool: Pool, folder: Path, contents: dict[Path, bytes | None]) -> dict[str, FileFacts]:
    options = check_settings(folder)
    jobs = [
        Job(str(path.absolute()), str(folder), options, serialize=True, content=content)
        for path, content in contents.items()
    ]
    return {facts.path: facts for facts in pool.results(jobs)}


def _declared(edit: Edit) -> _Declared:
    return frozenset(change for finding in edit.findings for change in FIXES[finding.code].declared)


def _objection(before: FileFacts, after: FileFacts, declared: _Declared) -> str:
    if before.failure:
        return "it cannot be imported, so nothing shows that its DAGs would stay the same"
    if after.failure:
        return f"it could not be imported afterwards: {after.failure.text}"
    if len(before.serialized) < len(before.dags) or len(after.serialized) < len(after.dags):
        return "Airflow cannot write its DAGs, so nothing shows that they would stay the same"
    first, second = _shown(before, declared), _shown(after, declared)
    changed = next((dag_id for (dag_id, one), (_id, other) in zip(first, second, strict=False) if one != other), None)
    if changed is None and len(first) == len(second):
        return ""
    return f"the DAG {changed} would not stay the same, or differs at each parse" if changed else "a DAG would be gone"


def _shown(facts: FileFacts, declared: _Declared) -> list[tuple[str, Any]]:
    return [(dag_id, _undeclared(json.loads(text), "", declared)) for dag_id, text in facts.serialized]


def _undeclared(value: Any, within: str, declared: _Declared) -> Any:
    """Return a serialized value without what the fixes declare; Airflow wraps values in `__type` and `__var`."""
    if isinstance(value, list):
        return [_undeclared(item, within, declared) for item in value]
    if not isinstance(value, dict):
        return value
    left = {
        key: _undeclared(item, within if key == "__var" else key, declared)
        for key, item in value.items()
        if (within, key) not in declared
    }
    emptied = left.get("default_args")
    return {k: v for k, v in left.items() if k != "default_args"} if _is_empty(emptied) else left


def _is_empty(value: Any) -> bool:
    """Return whether that is an empty dictionary, for which Airflow may as well write nothing."""
    return value == {} or (isinstance(value, dict) and value.get("__var") == {})
