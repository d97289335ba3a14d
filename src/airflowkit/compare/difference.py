"""What differs between two states of a repository, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from airflowkit.checks.model.findings import Finding
    from airflowkit.compare.state import State, Task

_MOST: Final = 5
_MEASURED: Final = frozenset({"AK111", "AK112"})
"""Rules about time and memory, which differ each time."""


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
    pods: tuple[Task, ...]
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
    return Difference(
        added=tuple(dag_id for dag_id in newer.dags if dag_id not in older.dags),
        removed=tuple(dag_id for dag_id in older.dags if dag_id not in newer.dags),
        changed=_changed(older.dags, newer.dags),
        pods=_changed(older.pods, newer.pods),
        failures={path: why for path, why in newer.failures.items() if path not in older.failures},
        findings=_new(older.findings, newer.findings),
    )


def _changed(older: Mapping[Any, str], newer: Mapping[Any, str]) -> tuple[Any, ...]:
    return tuple(key for key, text in newer.items() if older.get(key, text) != text)


def _new(older: Iterable[Finding], newer: Iterable[Finding]) -> tuple[Finding, ...]:
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
