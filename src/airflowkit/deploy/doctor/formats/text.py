"""The report for people, in a terminal."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from airflowkit.checks.reports.folding import printable
from airflowkit.checks.reports.text import STYLES
from airflowkit.deploy.doctor.report import summary
from airflowkit.errors import with_hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from airflowkit.deploy.doctor.findings import Finding
    from airflowkit.deploy.doctor.report import Examined, Report


def show(report: Report, console: Console) -> None:
    """Print each source with its findings, and the counts."""
    from rich.text import Text

    for source in report.sources:
        console.print(Text(f"{source.name}: ", "bold").append(printable(_state(source)), "not bold"), soft_wrap=True)
        for finding, last in _with_ends(source.findings):
            for text, style in _lines(finding, last=last):
                console.print(Text(printable(text), style), soft_wrap=True)
    for note in report.notes:
        console.print(Text(printable(f"note: {note}")), soft_wrap=True)
    console.print(Text(report.verdict), soft_wrap=True)


def _state(source: Examined) -> str:
    if source.absent:
        return with_hint(source.absent, source.hint)
    return summary(source.findings) or "nothing found"


def _with_ends(findings: Sequence[Finding]) -> Iterator[tuple[Finding, bool]]:
    """Yield findings, and whether each is the last with its code: what they have in common is said once."""
    for finding, after in zip_longest(findings, findings[1:]):
        yield finding, after is None or after.code != finding.code or after.failed


def _lines(finding: Finding, *, last: bool) -> Iterator[tuple[str, str]]:
    """Yield the lines of a finding, with their styles."""
    about = finding.about
    sign = finding.weight[0].upper()  # for those without colour
    yield f"  {sign} {finding.code} {about.name}  {finding.sentence}", STYLES[finding.weight]
    indent = " " * 10
    if finding.path:
        yield f"{indent}in {finding.path}" + (f":{finding.line}" if finding.line else ""), "dim"
    if finding.hint:
        yield f"{indent}> {finding.hint}", "green"
    if finding.reference:
        yield f"{indent}see {finding.reference}", "dim"
    if not last:
        return
    if not finding.failed:
        yield f"{indent}breaks: {about.breaks}", ""
    yield f"{indent}page: {about.page}", "dim"
