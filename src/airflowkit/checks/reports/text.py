"""The report for people, in a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from airflowkit.checks.findings import Finding, Severity
from airflowkit.checks.rules import BY_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.text import Text

    from airflowkit.checks.report import Report

_STYLE: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}


def show(report: Report, console: Console) -> None:
    """Print the findings file by file, and the count."""
    for path, findings in groupby(report.findings, key=lambda finding: finding.path):
        console.print(path, style="bold", markup=False, highlight=False, soft_wrap=True)
        for finding in findings:
            for line in _lines(finding):
                console.print(line, soft_wrap=True)
        console.print()
    console.print(verdict(report), markup=False, highlight=False, soft_wrap=True)


def _lines(finding: Finding) -> Iterator[Text]:
    from rich.text import Text

    where = ".".join(name for name in (finding.dag_id, finding.task_id) if name)
    yield Text.assemble(
        f"  {finding.line or '-':>4}  ",
        (finding.code, _STYLE[finding.severity]),
        (f" {BY_CODE[finding.code].name}", "dim"),
        f"  {where}: " if where else "  ",
        finding.message.replace("\n", "\n          "),
    )
    if finding.mend:
        yield Text(f"          > {finding.mend}", style="green")


def verdict(report: Report) -> str:
    """Return how much was checked and found, in one sentence."""
    checked = f"{counted(report.files, 'file')} with {counted(report.dags, 'DAG')} checked"
    if not report.findings:
        return f"{checked}: nothing found"
    counts = [
        counted(number, severity.value)
        for severity in Severity
        if (number := sum(finding.severity is severity for finding in report.findings))
    ]
    return f"{checked}: {', '.join(counts)}. `airflowkit explain CODE` tells more{_mendable(report)}"


def _mendable(report: Report) -> str:
    number = sum(finding.fixable for finding in report.findings)
    return f"; --fix may mend {number}" if number else ""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
