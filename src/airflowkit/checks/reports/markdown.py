"""The report as Markdown, for a pull request's comment or a job's summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflowkit.checks.reports.text import verdict
from airflowkit.checks.rules import BY_CODE

if TYPE_CHECKING:
    from airflowkit.checks.findings import Finding
    from airflowkit.checks.report import Report


def render(report: Report) -> str:
    """Return a table of the findings, and the count."""
    rows = [_row(finding) for finding in report.findings]
    head = ["| where | rule | what | mend |", "|---|---|---|---|"] if rows else []
    return "\n".join(["## airflowkit check", "", *head, *rows, *([""] if rows else []), verdict(report)])


def _row(finding: Finding) -> str:
    place = f"`{finding.path}:{finding.line or 1}`"
    who = ".".join(part for part in (finding.dag_id, finding.task_id) if part)
    rule = f"{finding.code} {BY_CODE[finding.code].name}"
    cells = (place, rule, f"{who}: {finding.message}" if who else finding.message, finding.mend)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """Return the text as one line that no foreign character turns into markup."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
    return plain.replace("<", "&lt;").replace("[", "\\[")
