"""Which findings count: by `--select`, `--ignore` and `[doctor] ignore`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflowkit.deploy.doctor.codes import codes, groups
from airflowkit.errors import SettingsError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from airflowkit.deploy.doctor.findings import Finding
    from airflowkit.ignores import Ignore


@dataclass(frozen=True, slots=True)
class Selection:
    """Which codes are asked for.

    Attributes:
        select: Codes, their beginnings, sources, or `source/category`; none means everything.
        ignore: The same, left out.
        ignores: What the settings ignore, by code.
        today: The day by which an ignore expires.
    """

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    ignores: Mapping[str, tuple[Ignore, ...]]
    today: date

    def __post_init__(self) -> None:
        for place, names in (("--select", self.select), ("--ignore", self.ignore), ("[doctor] ignore", self.ignores)):
            for name in names:
                _refuse_unknown(place, name)

    def asks_for(self, code: str) -> bool:
        """Return whether findings with a code are wanted."""
        return (not self.select or any(_covers(name, code) for name in self.select)) and not any(
            _covers(name, code) for name in self.ignore
        )

    def ignored_by(self, finding: Finding) -> Ignore | None:
        """Return what the settings say that ignores a finding, whether or not it has expired."""
        found = [each for name, entries in self.ignores.items() if _covers(name, finding.code) for each in entries]
        fitting = [each for each in found if not finding.failed and each.covers(finding.subject)]
        return max(fitting, key=lambda each: not each.expired(self.today), default=None)

    def weighed(self, findings: Iterable[Finding]) -> tuple[list[Finding], int]:
        """Return the findings that count, and how many are ignored; those whose ignore has expired say so."""
        counting, ignored = [], 0
        for finding in findings:
            by = self.ignored_by(finding)
            if by and not by.expired(self.today):
                ignored += 1
            else:
                counting.append(_back(finding, by) if by else finding)
        return counting, ignored

    def unused(self, findings: Iterable[Finding], sources: Iterable[str]) -> Iterator[str]:
        """Yield which ignores of the settings ignore nothing, although their sources were examined as a whole."""
        found, present = tuple(findings), set(sources)
        for name, entries in self.ignores.items():
            covered = [code for code in codes() if _covers(name, code)]
            if not all(self.asks_for(code) and codes()[code].source in present for code in covered):
                continue
            for each in entries:
                if not any(finding.code in covered and each.covers(finding.subject) for finding in found):
                    at = "" if each.at == "*" else f" at {each.at}"
                    yield f"[doctor] ignore {name}{at} is no longer needed: nothing is found"


def names_in(arguments: Iterable[str]) -> tuple[str, ...]:
    """Return the names of arguments that may each hold several, separated by commas."""
    return tuple(name.strip() for argument in arguments for name in argument.split(","))


def _back(finding: Finding, by: Ignore) -> Finding:
    return replace(finding, message=f"{finding.message} (it was ignored until {by.until}: {by.reason})")


def _covers(name: str, code: str) -> bool:
    known = codes()[code]
    return name.lower() in {known.source, known.group} or code.startswith(name.upper())


def _refuse_unknown(place: str, name: str) -> None:
    if not name or not any(_covers(name, code) for code in codes()):
        hint = did_you_mean(name, [*groups(), *codes()]) or f"it takes codes, and {', '.join(groups())}"
        raise SettingsError(f"{place} names {name!r}, which doctor does not know", hint=hint)
