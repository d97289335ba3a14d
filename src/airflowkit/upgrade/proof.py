"""Shows whether files can be written with other contents: what both sides of an upgrade make of them.

Under the older Airflow every DAG, task and pod stays as it is; under the newer one the file is imported no worse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflowkit.checks.fixes.templates import respelled
from airflowkit.checks.moves.keywords import CLASSES, renamed
from airflowkit.compare.changes import Change, changes
from airflowkit.compare.fields import Kind
from airflowkit.errors import listed
from airflowkit.redaction import mask_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.compare.fields import Field
    from airflowkit.compare.state import State
    from airflowkit.upgrade.parsing import Sides


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows whether contents of files can be written.

    Attributes:
        both: The older side, and the newer one.
        base: What they make of the files as they are.
        importers: The file that imports another one, by its path: what becomes of it there is not compared.
    """

    both: Sides
    base: tuple[State, State]
    importers: Mapping[str, str]

    def objections(self, contents: Mapping[str, bytes]) -> dict[str, str]:
        """Return what is wrong with the content of each file, or an empty string."""
        older, newer = self.both.states(contents.keys(), contents)
        return {path: mask_shapes(self._objection(path, older, newer)) for path in contents}

    def _objection(self, path: str, older: State, newer: State) -> str:
        if by := self.importers.get(path):
            return f"{by} imports it, and what that makes of it is not compared"
        return self._of_older(path, older) or self._of_newer(path, newer)

    def _of_older(self, path: str, now: State) -> str:
        base, under = self.base[0], f"under {self.both.older.environment}"
        if path in base.unknown:
            return f"its DAGs are not known {under}, so nothing proves that they would stay the same"
        if why := _failure(base, now, path):
            return f"the file could not be imported {under} any more: {why}"
        return _differences(base, now, path, under)

    def _of_newer(self, path: str, now: State) -> str:
        base, side = self.base[1], self.both.newer.environment
        if why := _failure(base, now, path):
            return f"the file could not be imported under {side}: {why}"
        if _missed(now, path) > _missed(base, path):
            return f"{side} would miss more in the file"
        return "" if path in base.unknown else _differences(base, now, path, f"under {side}")


def _failure(base: State, now: State, path: str) -> str:
    """Return why a file cannot be imported, or its DAGs are not known, where that was not so before."""
    kinds = ((base.failures, now.failures), (base.unknown, now.unknown))
    return next((after[path] for before, after in kinds if path in after and path not in before), "")


def _missed(state: State, path: str) -> int:
    """Return how many names and modules a file asks for in vain."""
    return sum(it.path == path and it.code == "AK101" for it in state.findings)


def _differences(base: State, now: State, path: str, under: str) -> str:
    """Return which fields of a file's DAGs would change, or an empty string; a template may be spelled otherwise."""
    before, after = (_as_renamed(state.of_files({path})) for state in (base, now))
    found = [it for it in changes(before, after) if _counts(it)]
    places = list(dict.fromkeys(".".join(filter(None, it.place)) for it in found))
    fields = list(dict.fromkeys(it.field or it.what.value for it in found))
    where = f" of {listed(places)}" if any(places) else ""
    return f"{listed(fields)}{where} would change {under}, or differs at each parse" if found else ""


def _as_renamed(state: State) -> State:
    """Return a state with arguments that have another name today under that, where both say the same."""
    dags = {
        dag_id: replace(dag, tasks={task_id: _todays(fields) for task_id, fields in dag.tasks.items()})
        for dag_id, dag in state.dags.items()
    }
    return replace(state, dags=dags)


def _todays(fields: Mapping[Field, str]) -> dict[Field, str]:
    found = dict(fields)
    for field, text in fields.items():
        keyword = renamed(CLASSES, field.name)
        if keyword and keyword.new and found.setdefault(field._replace(name=keyword.new), text) == text:
            del found[field]
    return found


def _counts(change: Change) -> bool:
    if change.kind in {Kind.IMPORT, Kind.IMPORT_TIME}:
        return False
    return respelled(change.before or "") != respelled(change.after or "") or change.before == change.after
