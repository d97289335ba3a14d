"""What a check found, and how far it looked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.checks.model.rule import Scope
from airflowkit.checks.rules import BY_CODE
from airflowkit.checks.rules.register import page
from airflowkit.repository import places_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Tool:
    """What reports of a command have in common.

    Attributes:
        command: The command.
        analysis: What code scanning tells its results from those of other commands by.
        unit: What it examines.
        rules: What it may find, by code; each has a `name`, a `title` and a `severity`.
        page: Returns the page of one in Markdown.
    """

    command: str
    analysis: str
    unit: str
    rules: Mapping[str, Any]
    page: Callable[[Any], str]


CHECK: Final = Tool("airflowkit check", "airflowkit/", "file", BY_CODE, page)


@dataclass(frozen=True, slots=True)
class Examined:
    """What a check of one DAG folder looked at: only there does the absence of a finding mean anything.

    Attributes:
        folder: The DAG folder.
        asked: The paths in it to check; none means the whole folder.
        files: The files that were imported, so that every rule saw them.
        failed: The files that were not: most rules saw nothing of them.
        codes: The rules that were checked.
        sources: What the files read while they were imported, modules of the repository among it.
    """

    folder: Path
    asked: tuple[Path, ...]
    files: frozenset[str]
    failed: frozenset[str]
    codes: frozenset[str]
    sources: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether all of its DAG files were checked."""
        return not self.asked or any(self.folder.is_relative_to(path) for path in self.asked)

    def shows(self, path: str) -> bool:
        """Return whether a finding in a file was asked for: a check of one DAG file is not about the Dockerfile."""
        return self.whole or any(Path(path).is_relative_to(asked) for asked in self.asked)

    def covers(self, code: str, path: str) -> bool:
        """Return whether a rule would have reported a fault in a file, even in one that is gone."""
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
        dags: How many DAGs they define.
        ignored: How many findings the settings and comments ignore.
        known: How many findings are in the baseline.
        gone: How many findings of the baseline are gone.
        examined: What the check of each folder looked at.
        seconds: How long it took; 0 if that was not measured.
        tool: The command that found it.
    """

    findings: tuple[Finding, ...]
    files: int
    dags: int
    ignored: int = 0
    known: int = 0
    gone: int = 0
    examined: tuple[Examined, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    tool: Tool = field(default=CHECK, compare=False, repr=False)

    @property
    def passed(self) -> bool:
        """Whether there is no finding that fails the check."""
        return all(finding.severity is Severity.INFO for finding in self.findings)

    def covers(self, code: str, path: str) -> bool:
        """Return whether a rule would have reported a fault in a file."""
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
