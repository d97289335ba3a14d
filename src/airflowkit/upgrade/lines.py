"""The report of an upgrade as short lines for people, in the order in which the work is done."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from airflowkit.checks.reports.folding import name_of, with_name
from airflowkit.compare.lines import ADDED, CHANGED, REMOVED, Line, as_one_line, lines_of_changes
from airflowkit.errors import agreeing, counted, listed
from airflowkit.upgrade.silent import TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.model.findings import Finding
    from airflowkit.upgrade.report import Report
    from airflowkit.upgrade.silent import Silent

_MOST: Final = 5
"""So many findings of a rule are shown; JSON has all."""


def lines_of_upgrade(report: Report) -> list[Line]:
    """Return a report as lines; none if nothing changes."""
    sections = (
        (f"Not imported by {report.after}:", list(_errors(report.errors))),
        ("DAGs, tasks and pods that differ:", list(_changes(report))),
        ("What changes without an error:", list(_silent(report.silent))),
        ("New findings of `airflowkit check`:", list(_findings(report.began, ADDED))),
        ("Findings of `airflowkit check` that are gone:", list(_findings(report.ceased, REMOVED))),
    )
    return [as_one_line(line) for title, lines in sections if lines for line in (Line("", title), *lines)]


def summary(report: Report) -> str:
    """Return the counts in a line."""
    files = len({error.path for error in report.errors})
    dags = {change.dag_id for change in report.changes if change.dag_id}
    silent = {each.dag_id for each in report.silent}
    rules = {finding.code for finding in report.began}
    counts = (
        (files, f"{counted(files, 'file')} cannot be imported"),
        (len(dags), f"{counted(len(dags), 'DAG')} {agreeing(len(dags), 'differ')}"),
        (len(silent), f"{counted(len(silent), 'DAG')} {agreeing(len(silent), 'change')} without an error"),
        (len(rules), f"new findings of {counted(len(rules), 'rule')}"),
        (len(report.unknown), f"{counted(len(report.unknown), 'file')} cannot be compared"),
    )
    return ", ".join(text for number, text in counts if number) or "nothing to do"


def _errors(errors: Iterable[Finding]) -> Iterator[Line]:
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for error in errors:
        by_path[error.path].append(error)
    for path, its in by_path.items():
        yield Line("", path, 1)
        for error in its:
            line = f"{error.line}: " if error.line else ""
            yield Line(REMOVED, _with_hint(f"{line}{error.message}", error.hint), 2)


def _changes(report: Report) -> Iterator[Line]:
    for line in lines_of_changes(report.changes, report.unknown, report.unstable):
        yield line._replace(depth=line.depth + 1)


def _silent(silent: Iterable[Silent]) -> Iterator[Line]:
    """Yield what changes DAG by DAG; a hint that several DAGs share comes once, at the end."""
    by_dag: dict[tuple[str, str], list[Silent]] = defaultdict(list)
    hints: dict[str, set[str]] = defaultdict(set)
    for each in silent:
        by_dag[each.dag_id, each.path].append(each)
        hints[each.hint].add(each.dag_id)
    for (dag_id, path), its in by_dag.items():
        yield Line("", f"{dag_id} ({path})", 1)
        templates = [each for each in its if each.what == TEMPLATE]
        for each in (each for each in its if each not in templates[_MOST:]):
            tasks = f" ({listed(each.tasks)})" if each.tasks else ""
            yield Line(CHANGED, f"{each.text}{tasks}", 2)
        if len(templates) > _MOST:
            yield Line("", f"and {counted(len(templates) - _MOST, 'more template')}", 2)
    for hint, dag_ids in hints.items():
        if hint:
            yield Line("", f"{hint} ({listed(sorted(dag_ids))})", 1)


def _findings(findings: Iterable[Finding], sign: str) -> Iterator[Line]:
    by_code: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_code[finding.code].append(finding)
    for code, its in sorted(by_code.items()):
        yield Line(sign, f"{code}: {counted(len(its), 'finding')}", 1)
        for finding in its[:_MOST]:
            yield Line("", f"{finding.where}: {with_name(name_of(finding), finding)}", 2)
        if len(its) > _MOST:
            yield Line("", f"and {len(its) - _MOST} more", 2)


def _with_hint(text: str, hint: str) -> str:
    return f"{text}: {hint}" if hint else text
