"""What an upgrade of Airflow does to the DAG files of a repository."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.compare.changes import Change, Unknown, What, Where, changes, unknown
from airflowkit.compare.comparison import parted
from airflowkit.compare.difference import new_findings
from airflowkit.compare.fields import NEXT_RUNS, Kind
from airflowkit.compare.masking import masked
from airflowkit.redaction import mask_shapes
from airflowkit.upgrade.meaning import in_same_words
from airflowkit.upgrade.silent import SLA, Silent, common_run, silent_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.compare.state import State
    from airflowkit.upgrade.environment import Environment
    from airflowkit.upgrade.parsing import Sides

_DEAD_ARGUMENT: Final = "AK506"
_OF_IMPORTS: Final = frozenset({"AK101", "AK102", "AK103", "AK113"})


@dataclass(frozen=True, slots=True)
class Report:
    """What the newer Airflow makes of the files, that the older one did not.

    Attributes:
        before: The older environment.
        after: The newer one.
        errors: Why files can no longer be imported: each name and argument that is gone, or the error.
        changes: What differs in DAGs, tasks and pods; no value of it is a secret.
        unknown: Files whose DAGs cannot be compared for another reason.
        unstable: What differs at each parse.
        silent: What changes without an error.
        began: What the rules of `check` find only under the newer Airflow.
        ceased: What they find only under the older one.
    """

    before: Environment
    after: Environment
    errors: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    unstable: tuple[Change, ...] = ()
    silent: tuple[Silent, ...] = ()
    began: tuple[Finding, ...] = ()
    ceased: tuple[Finding, ...] = ()

    @property
    def has_work(self) -> bool:
        """Whether there is something to do, or to know, before the upgrade."""
        return bool(self.errors or self.changes or self.unknown or self.silent or self.began)


def report_on_upgrade(both: Sides) -> Report:
    """Parse a repository under both versions, and compare what they make of it.

    Raises:
        UpgradeError: A side cannot run airflowkit, or the repository cannot be parsed there.
    """
    older, newer = map(in_same_words, both.states())
    report = drawn(both.older.environment, both.newer.environment, older, newer)
    paths = sorted({change.path for change in report.changes if change.path})
    if not paths:
        return report
    both.newer.ask(paths)
    again = in_same_words(both.newer.state())
    steady, unstable = parted(report.changes, changes(newer.of_files(paths), again))
    return replace(report, changes=tuple(steady), unstable=tuple(unstable))


def drawn(before: Environment, after: Environment, older: State, newer: State) -> Report:
    """Compare two states that are in the same words."""
    errors = tuple(_errors(older, newer))
    failed = {error.path for error in errors}
    silent = silent_changes(older, newer)
    late = {each.dag_id for each in silent if each.what == SLA}
    began = _of_rules(new_findings(older.findings, newer.findings))
    files = [file for file in unknown(older, newer) if file.where is not Where.AFTER or file.path not in failed]
    return Report(
        before=before,
        after=after,
        errors=errors,
        changes=tuple(masked(change) for change in changes(older, newer) if _counts(change, older, newer)),
        unknown=tuple(replace(file, reason=mask_shapes(file.reason)) for file in files),
        silent=silent,
        began=tuple(it for it in began if not (it.code == _DEAD_ARGUMENT and it.dag_id in late)),
        ceased=tuple(it for it in _of_rules(new_findings(newer.findings, older.findings)) if it.path not in failed),
    )


def _errors(older: State, newer: State) -> Iterator[Finding]:
    """Yield why files fail only under the newer Airflow; each name and argument that is gone is one error."""
    for path in sorted(newer.failures.keys() - older.failures.keys()):
        found = [each for each in newer.findings if each.path == path and each.code in _OF_IMPORTS]
        # none where the rule reports it once, at another file, or is ignored
        yield from map(_masked, found or [Finding("AK101", Severity.ERROR, newer.failures[path], path)])


def _counts(change: Change, older: State, newer: State) -> bool:
    """Return whether a change is reported as one: errors and the dates of runs have a place of their own."""
    if change.kind is Kind.IMPORT or change.kind is Kind.IMPORT_TIME:
        return False
    if change.kind is Kind.NEED and change.what is What.REMOVED:
        gone = tuple(f"{dag_id}." for dag_id, dag in older.dags.items() if dag.path in newer.failures)
        return not all(task.startswith(gone) for task in (change.before or "").split(", "))  # else reported as an error
    both = older.dags.get(change.dag_id), newer.dags.get(change.dag_id)
    if change.field != NEXT_RUNS.name or not both[0] or not both[1]:
        return True
    return common_run(both[0], both[1]) is None


def _of_rules(findings: Iterable[Finding]) -> Iterator[Finding]:
    yield from (_masked(each) for each in findings if each.code not in _OF_IMPORTS)


def _masked(finding: Finding) -> Finding:
    return replace(finding, message=mask_shapes(finding.message))
