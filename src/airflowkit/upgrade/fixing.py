"""`airflowkit upgrade --fix`: ruff's fixes and our own, each kept only where both Airflows make the same of the file.

Under the older one every DAG, task and pod stays as it is; under the newer one the file is imported no worse.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from airflowkit.adopt.calls import lost_comments
from airflowkit.adopt.dependents import importers_of
from airflowkit.adopt.engine import in_step
from airflowkit.checks.fixes.files import TextFile
from airflowkit.checks.fixes.plan import Edit, edit_of
from airflowkit.checks.fixes.registry import FIXES
from airflowkit.checks.fixes.syntax import parsed
from airflowkit.checks.fixes.templates import respelled
from airflowkit.checks.moves.keywords import CLASSES, renamed
from airflowkit.compare.changes import Change, changes
from airflowkit.compare.fields import Kind
from airflowkit.errors import FixFailed, listed
from airflowkit.redaction import mask_shapes
from airflowkit.repository import dags_folder_of, from_here
from airflowkit.upgrade import ruff

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from pathlib import Path

    from airflowkit.checks.fixes.fix import Fix
    from airflowkit.checks.fixes.syntax import Source
    from airflowkit.checks.model.findings import Finding
    from airflowkit.compare.fields import Field
    from airflowkit.compare.state import State
    from airflowkit.upgrade.parsing import Sides
    from airflowkit.upgrade.report import Report

_OURS: Final = ("AK101", "AK311", "AK506")
"""The rules whose fixes are about another Airflow, and change only the file itself."""


@dataclass(frozen=True, slots=True)
class NotFixed:
    """A finding whose fix was not kept.

    Attributes:
        finding: The finding.
        reason: Why.
    """

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Proved:
    """What became of the findings of a file, or of several.

    Attributes:
        edits: What is to be written.
        rejected: The findings whose fixes were not kept.
    """

    edits: tuple[Edit, ...] = ()
    rejected: tuple[NotFixed, ...] = ()


def proved_fixes(report: Report, both: Sides, root: Path) -> Proved:
    """Return the fixes of what an upgrade brings up that hold under both versions; nothing is written.

    Args:
        report: What the upgrade brings up.
        both: The older side, and the newer one.
        root: The repository.

    Raises:
        UpgradeError: A side died.
    """
    folder = dags_folder_of(root)
    base = both.states()
    searches: dict[str, Generator[bytes, str, Proved]] = {}
    parts = []
    for path, found in _by_file(report, [*base[1].seconds], root).items():
        file = _read(root / path, folder)
        if isinstance(file, TextFile):
            wanted = [*found, *ruff.findings_of(path, file.text)]
            searches[path] = _search(file, wanted, _fixes(wanted))
        else:
            parts.append(Proved(rejected=tuple(NotFixed(each, file) for each in found)))
    imported = importers_of((root / path for path in searches), folder)
    importers = {str(file.relative_to(root)): from_here(by).as_posix() for file, by in imported.items()}
    parts += in_step(searches, _Proof(both, base, importers).objections)
    return Proved(
        tuple(edit for part in parts for edit in part.edits),
        tuple(sorted((each for part in parts for each in part.rejected), key=_place)),
    )


def _place(each: NotFixed) -> tuple[str, int]:
    return each.finding.path, each.finding.line or 0


def _by_file(report: Report, paths: Iterable[str], root: Path) -> dict[str, list[Finding]]:
    """Return the DAG files that may have something to fix, with what our own fixes are for."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for path in sorted(paths):
        if path.endswith(".py") and (root / path).is_file():
            found[path] = []
    for finding in (*report.errors, *report.began):
        if finding.code in _OURS and finding.path in found and finding.line:
            found[finding.path].append(finding)
    return found


def _read(path: Path, folder: Path) -> TextFile | str:
    """Return a file of the DAG folder, or why it is left alone."""
    if not path.resolve().is_relative_to(folder.resolve()):
        return f"it is a link to {path.resolve()}, outside the DAG folder"
    try:
        return TextFile.read(from_here(path))
    except FixFailed as error:
        return str(error)


def _fixes(findings: Iterable[Finding]) -> Mapping[str, Fix]:
    return {**FIXES, **{it.code: ruff.fix_of(it.code) for it in findings if it.code not in FIXES}}


def _search(file: TextFile, findings: Sequence[Finding], fixes: Mapping[str, Fix]) -> Generator[bytes, str, Proved]:
    """Find as many fixes of a file as hold together: yields contents, and is sent what is wrong with each."""
    before, whole = parsed(file.text), edit_of(file, findings, fixes)
    if before is None or whole is None:
        return Proved()
    rejected: list[NotFixed] = []

    def settled(chosen: tuple[Finding, ...], wanted: tuple[Finding, ...]) -> Generator[bytes, str, tuple[Finding, ...]]:
        """Add those of the wanted fixes that hold, by halves."""
        attempt = edit_of(file, [it for it in findings if it in chosen or it in wanted], fixes)
        if attempt is None or set(attempt.findings) <= set(chosen):
            return chosen  # they depend on one that was not kept
        objection = _lost(before, attempt.text) or (yield attempt.content)
        if not objection:
            return attempt.findings
        if len(wanted) == 1:
            rejected.append(NotFixed(wanted[0], objection))
            return chosen
        middle = len(wanted) // 2
        chosen = yield from settled(chosen, wanted[:middle])
        return (yield from settled(chosen, wanted[middle:]))

    kept = yield from settled((), whole.findings)
    edit = edit_of(file, [it for it in findings if it in kept], fixes)
    return Proved((edit,) if edit else (), tuple(rejected))


def _lost(before: Source, text: str) -> str:
    """Return which comment a change would lose, or an empty string."""
    after = parsed(text)
    lost = lost_comments(before.module, after.module) if after else ()
    return f"the comment {next(iter(lost))!r} would be lost" if lost else ""


@dataclass(frozen=True)
class _Proof:
    """What shows whether contents of files can be written.

    Attributes:
        both: The older side, and the newer one.
        base: What they make of the files as they are.
        importers: The file that imports another one, by its path: what becomes of it there is not compared.
    """

    both: Sides
    base: tuple[State, ...]
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
    places = list(dict.fromkeys(".".join(filter(None, (it.dag_id, it.task_id))) for it in found))
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
