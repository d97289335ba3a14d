"""Findings that say the same about one file, as one: forty tasks without a limit are one thing to fix.

Reports for people fold; those for programs contain every finding.
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
    """Findings that say the same about one file.

    Attributes:
        findings: At least one, in the order of their lines.
    """

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The one that represents all."""
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
        return with_name(self.who, self.first)


def folded(findings: Iterable[Finding]) -> list[Fold]:
    """Group the findings that say the same about one file, in the order of their first."""
    folds: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.path, finding.code, finding.severity, finding.message, finding.hint)
        folds.setdefault(key, []).append(finding)
    return [Fold(tuple(same)) for same in folds.values()]


def with_name(name: str, finding: Finding) -> str:
    """Return `DAG.TASK: what is wrong`, or only what is wrong."""
    return f"{name}: {finding.message}" if name else finding.message


def name_of(finding: Finding) -> str:
    """Return `DAG.TASK`, or the DAG, or an empty string."""
    return ".".join(name for name in (finding.dag_id, finding.task_id) if name)


def printable(text: str) -> str:
    """Replace the control characters of foreign text, which a terminal would obey and XML cannot contain."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in text)
