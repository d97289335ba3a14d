"""What a check found, and how far it looked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflowkit.checks.comments import comments
from airflowkit.checks.findings import Finding, Severity
from airflowkit.checks.rule import FileSubject, FolderSubject, Scope
from airflowkit.checks.rules import BY_CODE, RULES
from airflowkit.checks.selection import is_selected, selected
from airflowkit.checks.unused import comment_subjects
from airflowkit.repository import places_beside

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from airflowkit.checks.facts import FileFacts
    from airflowkit.settings import Check


@dataclass(frozen=True, slots=True)
class Examined:
    """How far a check of one DAG folder looked: only there does the lack of a finding mean anything.

    Attributes:
        folder: The DAG folder.
        asked: The paths in it that were to be checked; none means all of it.
        files: Those that could be imported, so that every rule saw them.
        failed: Those that could not: most rules saw nothing of them.
        codes: The rules that were asked.
    """

    folder: Path
    asked: tuple[Path, ...]
    files: frozenset[str]
    failed: frozenset[str]
    codes: frozenset[str]

    @property
    def whole(self) -> bool:
        """Whether all of its DAG files were checked."""
        return not self.asked or any(self.folder.is_relative_to(path) for path in self.asked)

    def shows(self, path: str) -> bool:
        """Return whether what is found in a file was asked for; of one DAG file nobody asks about the Dockerfile."""
        return self.whole or any(Path(path).is_relative_to(asked) for asked in self.asked)

    def covers(self, code: str, path: str) -> bool:
        """Return whether a rule would have found what there is to find in a file, even in one that is gone."""
        if code not in self.codes or path in self.failed:
            return False
        if self.whole:
            return Path(path).is_relative_to(self.folder) or Path(path).parent in places_beside(self.folder)
        return path in self.files and BY_CODE[code].scope is not Scope.FOLDER


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found.

    Attributes:
        findings: Sorted by file and line.
        files: How many files were checked.
        dags: How many DAGs they hold.
        ignored: How many findings the settings and comments ignore.
        known: How many the baseline holds.
        gone: How many the baseline holds that are found no longer.
        examined: How far the check of each folder looked.
        seconds: How long it took, where anybody asked.
    """

    findings: tuple[Finding, ...]
    files: int
    dags: int
    ignored: int = 0
    known: int = 0
    gone: int = 0
    examined: tuple[Examined, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def passed(self) -> bool:
        """Whether nothing was found that fails the check."""
        return all(finding.severity is Severity.INFO for finding in self.findings)

    def covers(self, code: str, path: str) -> bool:
        """Return whether a rule would have found what there is to find in a file."""
        return any(examined.covers(code, path) for examined in self.examined)


def joined(reports: Iterable[Report]) -> Report:
    """Return the reports on several folders as one."""
    reports = tuple(reports)
    return Report(
        findings=tuple(finding for report in reports for finding in report.findings),
        files=sum(report.files for report in reports),
        dags=sum(report.dags for report in reports),
        ignored=sum(report.ignored for report in reports),
        examined=tuple(examined for report in reports for examined in report.examined),
    )


def report_on(
    told: Iterable[FileFacts], folder: Path, options: Check, hidden: Sequence[Path] = (), asked: Sequence[Path] = ()
) -> Report:
    """Judge what workers told of one DAG folder; settings and comments decide which findings count.

    Args:
        told: What they told of each file.
        folder: The DAG folder.
        options: What `[check]` says.
        hidden: The files that safe mode skips.
        asked: The paths in it that were to be checked; none means all of it.
    """
    facts = _visible(told, {str(file) for file in hidden})
    examined = _examined(facts, folder, options, asked)
    comments_of = cache(comments)  # each file once, and anew in the next check
    findings = [finding for file in facts for finding in file.findings]
    findings += _judged(Scope.FILE, (FileSubject(file, folder, options) for file in facts))
    together = _judged(Scope.FOLDER, [FolderSubject(facts, folder, options)])
    findings += (finding for finding in together if examined.shows(finding.path))
    paths = [file.path for file in facts]
    findings += _judged(Scope.COMMENT, comment_subjects(paths, findings, examined, comments_of))
    counting = selected(findings, options, folder, comments_of)
    return Report(
        findings=tuple(sorted(map(_relative, counting.findings), key=_position)),
        files=len(facts),
        dags=sum(len(file.dags) for file in facts),
        ignored=counting.ignored,
        examined=(examined,),
    )


def _examined(facts: Iterable[FileFacts], folder: Path, options: Check, asked: Sequence[Path]) -> Examined:
    failed = {file.path: file.failure is not None for file in facts}
    return Examined(
        folder=folder,
        asked=tuple(asked),
        files=frozenset(path for path, it in failed.items() if not it),
        failed=frozenset(path for path, it in failed.items() if it),
        codes=frozenset(rule.code for rule in RULES if is_selected(rule.code, options)),
    )


def _visible(facts: Iterable[FileFacts], hidden: Container[str]) -> tuple[FileFacts, ...]:
    """Return the facts of DAG files; of those that safe mode skips, the ones that build DAGs."""
    marked = (replace(file, safe_mode=file.path not in hidden) for file in sorted(facts, key=lambda it: it.path))
    return tuple(file for file in marked if file.safe_mode or file.dags)


def _judged(scope: Scope, subjects: Iterable[Any]) -> list[Finding]:
    rules = [rule for rule in RULES if rule.scope is scope]
    placed = ((subject, subject.place) for subject in subjects)
    return [finding for subject, place in placed for rule in rules for finding in rule.findings(subject, place)]


def _relative(finding: Finding) -> Finding:
    """Return the finding with its path as one would type it."""
    path = Path(finding.path)
    here = Path.cwd()
    return replace(finding, path=str(path.relative_to(here))) if path.is_relative_to(here) else finding


def _position(finding: Finding) -> tuple[str, int, str, str]:
    return (finding.path, finding.line or 0, finding.code, finding.message)
