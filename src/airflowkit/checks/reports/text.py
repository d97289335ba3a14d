"""The report for people, in a terminal."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Severity
from airflowkit.checks.reports.folding import folded, printable
from airflowkit.checks.rules import BY_CODE
from airflowkit.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console
    from rich.text import Text

    from airflowkit.checks.model.findings import Finding
    from airflowkit.checks.report import Report
    from airflowkit.checks.reports.folding import Fold

STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
_MANY: Final = 10
"""With so many findings or more, they are counted by rule."""
_NAMED: Final = 5
"""So many rules are named."""
_NARROW: Final = 30
"""The narrowest text of a finding."""


def show(report: Report, console: Console) -> None:
    """Print the findings file by file, and the counts."""
    show_findings(report.findings, console)
    if len(report.findings) >= _MANY:
        _hang("most often: ", by_rule(report), console)
    _hang("", verdict(report), console)
    if gone := gone_from_baseline(report):
        _hang("", gone, console)


def show_findings(findings: Iterable[Finding], console: Console) -> None:
    """Print findings file by file."""
    for path, folds in groupby(folded(findings), key=lambda fold: fold.first.path):
        console.print(printable(path), style="bold", markup=False, highlight=False, soft_wrap=True)
        for fold in folds:
            for line in _lines(fold, console):
                console.print(line, soft_wrap=True)
        console.print()


def _lines(fold: Fold, console: Console) -> Iterator[Text]:
    from rich.text import Text

    finding = fold.first
    sign = finding.severity[0].upper()  # for those without colour
    label = Text.assemble(f"{finding.line or '-':>6} ", (f"{sign} {finding.code}", STYLES[finding.severity]), " ")
    name = BY_CODE[finding.code].name
    message = Text.assemble((name, "dim"), "  ", printable(fold.message))
    yield from _hanging(label, message, console)
    if finding.hint:
        indent = " " * len(label)
        yield from _hanging(Text(f"{indent}> "), Text(printable(finding.hint), style="green"), console)


def _hanging(label: Text, body: Text, console: Console) -> Iterator[Text]:
    """Yield the lines of a text with a hanging indent; outside a terminal they are not wrapped."""
    from rich.text import Text

    width = max(_NARROW, console.width - len(label))
    lines = body.wrap(console, width) if console.is_terminal else body.split("\n")
    for line in lines:
        line.rstrip()
        yield Text.assemble(label, line)
        label = Text(" " * len(label))


def _hang(label: str, body: str, console: Console) -> None:
    from rich.text import Text

    for line in _hanging(Text(label), Text(body), console):
        console.print(line, soft_wrap=True)


def by_rule(report: Report) -> str:
    """Return the rules with the most findings, with their counts."""
    counts = Counter(finding.code for finding in report.findings).most_common()
    most = [f"{number} {code} {BY_CODE[code].name}" for code, number in counts[:_NAMED]]
    others = counted(len(counts) - _NAMED, "other rule") if len(counts) > _NAMED else ""
    return ", ".join(most) + (f", and {others}" if others else "")


def verdict(report: Report) -> str:
    """Return what was checked and found, in one sentence."""
    time = f" in {report.seconds:.1f} s" if report.seconds else ""
    checked = f"{counted(report.files, 'file')} with {counted(report.dags, 'DAG')} checked{time}"
    severities = Counter(finding.severity for finding in report.findings)
    found = ", ".join(counted(severities[severity], severity.value) for severity in Severity if severities[severity])
    accepted = ((report.ignored, "ignored"), (report.known, "in the baseline"))
    aside = ", ".join(f"{number} {where}" for number, where in accepted if number)
    sentence = "; ".join(filter(None, (f"{checked}: {found or 'nothing found'}", aside)))
    return f"{sentence}. `airflowkit explain CODE` says more{_fixable(report)}" if found else sentence


def gone_from_baseline(report: Report) -> str:
    """Return what to do about entries of the baseline that are no longer found, or an empty string."""
    if not report.gone:
        return ""
    entries = "1 entry of the baseline is" if report.gone == 1 else f"{report.gone} entries of the baseline are"
    return f"{entries} no longer found; --write-baseline drops {'it' if report.gone == 1 else 'them'}"


def _fixable(report: Report) -> str:
    number = sum(finding.fixable for finding in report.findings)
    return f"; --fix can fix {number}" if number else ""
