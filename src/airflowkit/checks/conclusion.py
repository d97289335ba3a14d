"""Draws the report from the facts of a folder: judges files, the whole folder, and comments that ignore rules."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.comments import comments
from airflowkit.checks.model.rule import FileSubject, FolderSubject, Scope
from airflowkit.checks.report import Examined, Report
from airflowkit.checks.rules import RULES
from airflowkit.checks.suppression.selection import is_selected, selected
from airflowkit.checks.suppression.unused import comment_subjects
from airflowkit.errors import counted
from airflowkit.repository import from_here

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.checks.model.findings import Finding
    from airflowkit.setting_sections import Check

_OF_IMPORTS: Final = frozenset({"AK101", "AK113"})


def report_on(
    results: Iterable[FileFacts], folder: Path, options: Check, hidden: Sequence[Path] = (), asked: Sequence[Path] = ()
) -> Report:
    """Judge the facts of one DAG folder; settings and comments decide which findings count.

    Args:
        results: The facts of each file.
        folder: The DAG folder.
        options: The `[check]` settings.
        hidden: The files that safe mode skips.
        asked: The paths in it to check; none means the whole folder.
    """
    facts = _visible(results, {str(file) for file in hidden})
    examined = _examined(facts, folder, options, asked)
    comments_of = cache(comments)  # each file is read once in a check
    findings = [finding for file in facts for finding in file.findings]
    findings += _judged(Scope.FILE, (FileSubject(file, folder, options) for file in facts))
    together = _judged(Scope.FOLDER, [FolderSubject(facts, folder, options)])
    findings += (finding for finding in together if finding.failed or examined.shows(finding.path))
    paths = [file.path for file in facts]
    findings += _judged(Scope.COMMENT, comment_subjects(paths, findings, examined, comments_of))
    counting = selected(findings, options, folder, comments_of)
    return Report(
        findings=tuple(map(_relative, _once(sorted(counting.findings, key=_position), facts))),
        files=len(facts),
        dags=sum(len(file.dags) for file in facts),
        ignored=counting.ignored,
        examined=(examined,),
    )


def _examined(facts: Sequence[FileFacts], folder: Path, options: Check, asked: Sequence[Path]) -> Examined:
    failed = {file.path: file.failure is not None for file in facts}
    return Examined(
        folder=folder,
        asked=tuple(asked),
        files=frozenset(path for path, it in failed.items() if not it),
        failed=frozenset(path for path, it in failed.items() if it),
        codes=frozenset(rule.code for rule in RULES if is_selected(rule.code, options)),
        sources=frozenset(source for file in facts for source in file.sources),
    )


def _visible(facts: Iterable[FileFacts], hidden: Container[str]) -> tuple[FileFacts, ...]:
    """Return the facts of DAG files, and of files that safe mode skips although they build DAGs."""
    marked = (replace(file, safe_mode=file.path not in hidden) for file in sorted(facts, key=lambda it: it.path))
    return tuple(file for file in marked if file.safe_mode or file.dags)


def _judged(scope: Scope, subjects: Iterable[Any]) -> list[Finding]:
    rules = [rule for rule in RULES if rule.scope is scope]
    placed = ((subject, subject.place) for subject in subjects)
    return [finding for subject, place in placed for rule in rules for finding in rule.findings(subject, place)]


def _once(findings: Iterable[Finding], facts: Iterable[FileFacts]) -> Iterator[Finding]:
    """Yield each cause of failed imports once, at the first file: 98 files may lack the same module."""
    shared = {file.path for file in facts if file.failure and file.failure.shared}
    own = {(file.path, each.message) for file in facts for each in file.outdated if not each.elsewhere}
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        of_import = (
            finding.code in _OF_IMPORTS and finding.path in shared and (finding.path, finding.message) not in own
        )
        groups.setdefault((finding.code, finding.message) if of_import else id(finding), []).append(finding)
    for first, *others in groups.values():
        number = len({finding.path for finding in others} - {first.path})
        yield replace(first, hint=f"{first.hint} ({counted(number, 'other file')} too)") if number else first


def _relative(finding: Finding) -> Finding:
    """Return the finding with its path relative to the current folder, if it is in there."""
    path = Path(finding.path)
    seen = from_here(path)
    return finding if seen == path else replace(finding, path=str(seen))


def _position(finding: Finding) -> tuple[str, int, str, str]:
    return (finding.path, finding.line or 0, finding.code, finding.message)
