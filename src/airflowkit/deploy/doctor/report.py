"""What a doctor found, and what it could not look at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflowkit.checks.model.findings import Severity
from airflowkit.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.deploy.doctor.findings import Finding


@dataclass(frozen=True, slots=True)
class Examined:
    """How far one source was examined.

    Attributes:
        name: The source.
        findings: What is wrong with it.
        absent: Why there was nothing to examine; empty where there was.
        hint: How to name it.
    """

    name: str
    findings: tuple[Finding, ...] = ()
    absent: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    Attributes:
        sources: The sources that were asked for.
        ignored: How many findings the settings ignore.
        notes: What else is worth knowing: ignores that are no longer needed.
    """

    sources: tuple[Examined, ...]
    ignored: int = 0
    notes: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all sources."""
        return tuple(finding for source in self.sources for finding in source.findings)

    @property
    def passed(self) -> bool:
        """Whether something was examined, and no finding fails the command."""
        return bool(self._present) and all(finding.weight is Severity.INFO for finding in self.findings)

    @property
    def counts(self) -> Counter[Severity]:
        """How many findings there are of each severity."""
        return Counter(finding.weight for finding in self.findings)

    @property
    def verdict(self) -> str:
        """What was examined and found, in one sentence."""
        if not self._present:
            return "nothing was examined"
        examined = counted(len(self._present), "source")
        found = summary(self.findings)
        ignored = f"; {self.ignored} ignored" if self.ignored else ""
        more = ". `airflowkit explain CODE` says more" if found else ""
        return f"{examined} examined: {found or 'nothing found'}{ignored}{more}"

    @property
    def _present(self) -> list[Examined]:
        return [source for source in self.sources if not source.absent]


def summary(findings: Iterable[Finding]) -> str:
    """Return how many findings there are of each severity, such as `1 error, 2 warnings`; empty if there are none."""
    counts = Counter(finding.weight for finding in findings)
    return ", ".join(counted(counts[each], each.value) for each in Severity if counts[each])
