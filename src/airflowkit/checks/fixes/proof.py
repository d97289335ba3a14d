"""Proves each edit of a DAG file by what Airflow makes of it: only what the fix declares may differ."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable  # noqa: TC003  a named tuple's annotations are read
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from airflowkit.checks.fixes.plan import Edit, edit_of
from airflowkit.checks.fixes.registry import FIXES
from airflowkit.checks.workers.contents import Parser, can_be_compared, incomparable
from airflowkit.checks.workers.evidence import ARGUMENTS
from airflowkit.checks.workers.pool import Pool
from airflowkit.repository import dags_folder_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from airflowkit.checks.model.facts import FileFacts


class _Declared(NamedTuple):
    """What the fixes of an edit say that they change: keys of a serialized DAG, and how texts are spelled."""

    keys: frozenset[tuple[str, str]]
    respellings: tuple[Callable[[str], str], ...]

    @classmethod
    def of(cls, edit: Edit) -> Self:
        fixes = [FIXES[code] for code in {finding.code for finding in edit.findings}]
        return cls(frozenset(key for fix in fixes for key in fix.declared), tuple(fix.respelled for fix in fixes))

    def respelled(self, value: Any) -> Any:
        """Return a value of JSON with its texts in one spelling."""
        if isinstance(value, str):
            for respelling in self.respellings:
                value = respelling(value)
        elif isinstance(value, list):
            return [self.respelled(item) for item in value]
        elif isinstance(value, dict):
            return {key: self.respelled(item) for key, item in value.items()}
        return value


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an edit is accepted.

    Attributes:
        edit: The edit; if only some fixes of a file are accepted, the others have verdicts of their own.
        objection: Why it is rejected; empty if it is accepted.
    """

    edit: Edit
    objection: str = ""


def proved(edits: Iterable[Edit], workers: int) -> list[Verdict]:
    """Return for each edit whether the DAGs stay the same; files other than Python need no proof."""
    verdicts, folders = [], defaultdict(list)
    for edit in edits:
        if edit.file.path.suffix == ".py":
            folders[dags_folder_of(edit.file.path)].append(edit)
        else:
            verdicts.append(Verdict(edit))
    for folder, found in folders.items():
        verdicts += _proved(folder, found, workers)
    return verdicts


def _proved(folder: Path, edits: Sequence[Edit], workers: int) -> Iterator[Verdict]:
    """Parse the files before and after the edits, with the same hash seed, and compare."""
    with Pool((), min(workers, len(edits)), folder=folder) as pool:
        parser = Parser(pool, folder)
        before = parser.facts({edit.file.path: edit.file.content for edit in edits})
        after = parser.facts({edit.file.path: edit.content for edit in edits})
        for edit in edits:
            was, would_be = before[edit.file.path], after[edit.file.path]
            verdict = Verdict(edit, _objection(was, would_be, edit))
            if verdict.objection and len(edit.findings) > 1 and can_be_compared(was):
                yield from _one_by_one(edit, was, parser)
            else:
                yield verdict


def _one_by_one(edit: Edit, before: FileFacts, parser: Parser) -> Iterator[Verdict]:
    """Prove the fixes of a file one after another: those that are accepted together are kept."""
    kept: Edit | None = None
    for finding in edit.findings:
        found = (*(kept.findings if kept else ()), finding)
        attempt = edit_of(edit.file, found)
        if not attempt or attempt.findings != found:
            continue  # it depends on a fix that was rejected
        objection = _objection(before, parser.facts({edit.file.path: attempt.content})[edit.file.path], attempt)
        if objection:
            yield Verdict(replace(attempt, findings=(finding,)), objection)
        else:
            kept = attempt
    if kept:
        yield Verdict(kept)


def _objection(before: FileFacts, after: FileFacts, edit: Edit) -> str:
    """Return why an edit is rejected, or an empty string."""
    if objection := incomparable(before, after):
        return objection
    declared = _Declared.of(edit)
    return _changed_dag(before, after, declared) or _changed_task(before, after, declared)


def _changed_dag(before: FileFacts, after: FileFacts, declared: _Declared) -> str:
    first, second = _shown(before, declared), _shown(after, declared)
    changed = next((dag_id for (dag_id, one), (_id, other) in zip(first, second, strict=False) if one != other), None)
    if changed is None and len(first) == len(second):
        return ""
    return f"the DAG {changed} would change, or differs at each parse" if changed else "a DAG would disappear"


def _changed_task(before: FileFacts, after: FileFacts, declared: _Declared) -> str:
    """Return which task would do something else, by its arguments and its pods; both have the same tasks."""
    names = {name for _place, name in declared.keys}
    for texts in zip(before.evidence, after.evidence, strict=True):
        first, second = (declared.respelled(_without_arguments(json.loads(text), names)) for text in texts)
        if first != second:
            return f"the task {first['task_id']} would change, or differs at each parse"
    return ""


def _without_arguments(task: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {**task, ARGUMENTS: {name: text for name, text in task[ARGUMENTS].items() if name not in names}}


def _shown(facts: FileFacts, declared: _Declared) -> list[tuple[str, Any]]:
    return [
        (dag_id, declared.respelled(_undeclared(json.loads(text), "", declared))) for dag_id, text in facts.serialized
    ]


def _undeclared(value: Any, within: str, declared: _Declared) -> Any:
    """Return a serialized value without what the fixes declare; Airflow wraps values in `__type` and `__var`."""
    if isinstance(value, list):
        return [_undeclared(item, within, declared) for item in value]
    if not isinstance(value, dict):
        return value
    left = {
        key: _undeclared(item, within if key == "__var" else key, declared)
        for key, item in value.items()
        if (within, key) not in declared.keys
    }
    emptied = left.get("default_args")
    return {k: v for k, v in left.items() if k != "default_args"} if _is_empty(emptied) else left


def _is_empty(value: Any) -> bool:
    """Return whether a value is an empty dictionary, which Airflow may leave out."""
    return value == {} or (isinstance(value, dict) and value.get("__var") == {})
