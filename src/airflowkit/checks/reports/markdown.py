"""The report as Markdown, for a pull request's comment or a job's summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflowkit.checks.reports.folding import folded, printable
from airflowkit.checks.reports.text import gone_from_baseline, verdict
from airflowkit.checks.rules import BY_CODE

if TYPE_CHECKING:
    from airflowkit.checks.report import Report
    from airflowkit.checks.reports.folding import Fold


def render(report: Report) -> str:
    """Return a table of the findings, with one row for those that say the same about one file, and the counts."""
    rows = [_row(fold) for fold in folded(report.findings)]
    table = ["| where | rule | what | hint |", "|---|---|---|---|", *rows, ""] if rows else []
    gone = gone_from_baseline(report)
    return "\n".join(["## airflowkit check", "", *table, verdict(report), *(["", gone] if gone else [])])


def _row(fold: Fold) -> str:
    finding = fold.first
    cells = (
        f"`{finding.path}:{finding.line or 1}`",
        f"{finding.severity} {finding.code} {BY_CODE[finding.code].name}",
        fold.message,
        finding.hint,
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """Return the text as one line without markup."""
    plain = " ".join(printable(text).split()).replace("\\", "\\\\").replace("|", "\\|")
    return plain.replace("<", "&lt;").replace("[", "\\[")
