"""Findings that say the same of one file, as one: forty tasks without a limit are one thing to mend.

Reports for people fold; those for programs hold every finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.checks.model.findings import Finding

_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Fold:
    """Findings of one file that say the same.

    Attributes:
        findings: At least one, in the order of their lines.
    """

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The one that stands for all."""
        return self.findings[0]

    @property
    def who(self) -> str:
        """The DAGs or tasks that they are about: `orders.load`, or `orders.load, orders.send and 38 more`."""
        names = list(dict.fromkeys(filter(None, map(name_of, self.findings))))
        if len(names) <= _NAMED:
            return ", ".join(names)
        return f"{', '.join(names[: _NAMED - 1])} and {len(names) - _NAMED + 1} more"

    @property
    def message(self) -> str:
        """What is wrong with them."""
        return f"{self.who}: {self.first.message}" if self.who else self.first.message


def folded(findings: Iterable[Finding]) -> list[Fold]:
    """Return the findings with those that say the same of one file together, each where its first stood."""
    folds: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.path, finding.code, finding.severity, finding.message, finding.hint)
        folds.setdefault(key, []).append(finding)
    return [Fold(tuple(same)) for same in folds.values()]


def name_of(finding: Finding) -> str:
    """Return `DAG.TASK`, or the DAG, or an empty string."""
    return ".".join(name for name in (finding.dag_id, finding.task_id) if name)


def printable(text: str) -> str:
    """Return a text of foreign code without the control characters that a terminal would obey and XML cannot hold."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in text)
