"""What differs between two states of a repository, in a few lines: names, new import errors and new findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from airflowkit.compare.changes import What, changes
from airflowkit.compare.fields import Kind
from airflowkit.errors import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from airflowkit.checks.model.findings import Finding
    from airflowkit.compare.changes import Change
    from airflowkit.compare.state import State

_MOST: Final = 5
_MEASURED: Final = frozenset({"AK111", "AK112"})
"""Rules about time and memory, which differ each time."""
_OF_PODS: Final = frozenset({Kind.POD, Kind.PEAK})


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different in the newer state.

    Attributes:
        added: DAGs that only the newer state has.
        removed: DAGs that only the older one has.
        changed: DAGs that Airflow would see as changed.
        pods: Tasks of both whose pods differ.
        failures: Files that can no longer be imported, and why.
        findings: What the rules find only in the newer state.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    pods: tuple[tuple[str, str], ...]
    failures: Mapping[str, str]
    findings: tuple[Finding, ...]

    @property
    def worse(self) -> bool:
        """Whether the newer state has faults that the older one does not have."""
        return bool(self.failures or self.removed or self.findings)

    def lines(self) -> Iterator[str]:
        """Yield the difference in words, a line each."""
        for what, became, names in (
            ("DAG", "added", self.added),
            ("DAG", "removed", self.removed),
            ("DAG", "changed", self.changed),
            ("pod", "changed", tuple(map(".".join, self.pods))),
        ):
            if names:
                yield f"{counted(len(names), what)} {became}: {listed(names, _MOST)}"
            elif became == "changed":
                yield f"no {what} changes"
        for path, why in self.failures.items():
            yield f"{path} can no longer be imported: {why}"
        for finding in self.findings:
            yield f"new finding: {finding.path}: {finding.code} {finding.message}"


def difference(older: State, newer: State) -> Difference:
    """Return what differs between two states of a repository."""
    of_both = [change for change in changes(older, newer) if {change.dag_id} <= older.dags.keys() & newer.dags.keys()]
    return Difference(
        added=tuple(dag_id for dag_id in newer.dags if dag_id not in older.dags),
        removed=tuple(dag_id for dag_id in older.dags if dag_id not in newer.dags),
        changed=_names(change for change in of_both if change.kind not in _OF_PODS),
        pods=tuple(dict.fromkeys(change.place for change in of_both if change.kind is Kind.POD)),
        failures={path: why for path, why in newer.failures.items() if path not in older.failures},
        findings=new_findings(older.findings, newer.findings),
    )


def _names(found: Iterable[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.dag_id for change in found if change.what is not What.RENAMED))


def new_findings(older: Iterable[Finding], newer: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that are not in the older state: lines may have moved."""
    known = Counter(map(_identity, older))
    found = []
    for finding in newer:
        if finding.code in _MEASURED:
            continue
        known[_identity(finding)] -= 1
        if known[_identity(finding)] < 0:
            found.append(finding)
    return tuple(found)


def _identity(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.path, finding.dag_id, finding.task_id, finding.message
