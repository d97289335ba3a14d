"""The report of `--watch`: what one check found that the last one did not, and what is gone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.checks.reports.folding import folded, printable
from airflowkit.checks.reports.text import show_findings, verdict
from airflowkit.checks.rules import BY_CODE
from airflowkit.repository import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from airflowkit.checks.model.findings import Finding
    from airflowkit.checks.report import Report

_OF_IMPORTS: Final = "AK1"
"""The codes of the rules that see a file which cannot be imported."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How a check differs from those before it.

    Attributes:
        new: What only this one found.
        gone: What it no longer found.
        unseen: What it could not find, because the file cannot be imported.
    """

    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    unseen: tuple[Finding, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def changes(known: Sequence[Finding], report: Report) -> Changes:
    """Return how a check differs from what is known; a finding whose line has moved is the same one."""
    failed = frozenset[str]().union(*(part.failed for part in report.examined))
    left = _without(known, report.findings)
    unseen = tuple(it for it in left if not it.code.startswith(_OF_IMPORTS) and str(plain(Path(it.path))) in failed)
    gone = tuple(finding for finding in left if finding not in unseen)
    return Changes(_without(report.findings, known), gone, unseen)


def _without(findings: Iterable[Finding], others: Iterable[Finding]) -> tuple[Finding, ...]:
    left: defaultdict[object, int] = defaultdict(int)
    for finding in others:
        left[_identity(finding)] += 1
    found = []
    for finding in findings:
        left[_identity(finding)] -= 1
        if left[_identity(finding)] < 0:
            found.append(finding)
    return tuple(found)


def _identity(finding: Finding) -> object:
    return (finding.path, finding.code, finding.severity, finding.dag_id, finding.task_id, finding.message)


def show_changes(report: Report, changed: Changes, console: Console) -> None:
    """Print the new findings, a line for each that is gone, and the counts of all."""
    from rich.text import Text

    show_findings(changed.new, console)
    for fold in folded(changed.gone):
        finding = fold.first
        line = f"gone: {finding.where} {finding.code} {BY_CODE[finding.code].name}  {fold.message}"
        console.print(Text(printable(line), style="green"), soft_wrap=True)
    if changed.gone:
        console.print()
    counts = f"{len(changed.new)} new, {len(changed.gone)} gone" if changed else "no finding is new or gone"
    console.print(Text(f"{counts}. {verdict(report)}"), soft_wrap=True)
