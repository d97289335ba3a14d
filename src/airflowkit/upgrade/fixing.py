"""`airflowkit upgrade --fix`: ruff's fixes and our own, each kept only if the proof holds with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from airflowkit.adopt.calls import lost_comments
from airflowkit.adopt.dependents import importers_of
from airflowkit.adopt.engine import in_step
from airflowkit.checks.fixes.files import TextFile
from airflowkit.checks.fixes.plan import Edit, edit_of
from airflowkit.checks.fixes.registry import FIXES
from airflowkit.checks.fixes.syntax import parsed
from airflowkit.errors import FixFailed
from airflowkit.repository import dags_folder_of, from_here
from airflowkit.upgrade import ruff
from airflowkit.upgrade.proof import Proof

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from pathlib import Path

    from airflowkit.checks.fixes.fix import Fix
    from airflowkit.checks.fixes.syntax import Source
    from airflowkit.checks.model.findings import Finding
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
    parts += in_step(searches, Proof(both, base, importers).objections)
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
