"""Examines the sources one after another: what fails in one is a finding, and no reason to leave out the others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflowkit.checks.model.failures import failed
from airflowkit.checks.model.findings import Place
from airflowkit.deploy.doctor.findings import Finding
from airflowkit.deploy.doctor.report import Examined, Report
from airflowkit.deploy.secrets.confidential import without_secrets
from airflowkit.errors import AirflowKitError, NothingThere, SettingsError
from airflowkit.redaction import mask_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.deploy.doctor.selection import Selection
    from airflowkit.deploy.doctor.source import Examination, Request, Source


def examine(sources: Iterable[Source], request: Request, selection: Selection) -> Report:
    """Return what is wrong with those sources that the selection asks for.

    Raises:
        SettingsError: It asks for none.
    """
    examined: list[Examined] = []
    found: list[Finding] = []
    ignored = 0
    for source in sources:
        if not any(map(selection.asks_for, _codes(source))):
            continue
        looked = _Look(source, request, selection).examine()
        found.extend(looked.findings)
        counting, aside = selection.weighed(looked.findings)
        ignored += aside
        examined.append(replace(looked, findings=tuple(map(_confidential, counting))))
    if not examined:
        raise SettingsError("nothing is left to examine", hint="--select and --ignore leave no code")
    present = [source.name for source in examined if not source.absent]
    return Report(tuple(examined), ignored, tuple(selection.unused(found, present)))


@dataclass(slots=True)
class _Look:
    """One look at a source."""

    source: Source
    request: Request
    selection: Selection
    findings: list[Finding] = field(default_factory=list)

    def examine(self) -> Examined:
        """Return what its parts find; the source is absent where each of them finds nothing to examine."""
        asked = [part for part in self.source.examinations if any(map(self.selection.asks_for, part.codes))]
        absences = []
        for part in asked:
            try:
                self._findings_of(part)
            except NothingThere as absence:
                absences.append(absence)
        if len(absences) == len(asked):
            return Examined(self.source.name, (), absences[0].message, absences[0].hint)
        return Examined(self.source.name, tuple(sorted(self.findings, key=lambda finding: finding.code)))

    def _findings_of(self, part: Examination) -> None:
        try:
            for finding in part.judge(self.request):
                if self.selection.asks_for(finding.code):
                    self.findings.append(finding)
        except NothingThere:
            raise
        except AirflowKitError as error:
            self._add(Finding(self.source.failure, error.message, hint=error.hint))
        except (Exception, SystemExit) as error:  # noqa: BLE001  a bug may raise anything, and Airflow exits
            said = failed(part.name, error, self.source.failure, Place(""))
            self._add(Finding(said.code, said.message, hint=said.hint, severity=said.severity, failed=True))

    def _add(self, finding: Finding) -> None:
        """Add that a part could not be examined, once where several parts say the same."""
        if finding not in self.findings:
            self.findings.append(finding)


def _codes(source: Source) -> Iterator[str]:
    for part in source.examinations:
        yield from part.codes


def _confidential(finding: Finding) -> Finding:
    """Return a finding without what looks like a secret, whatever a file or a server made us quote."""
    return replace(
        finding,
        message=_masked(finding.message),
        hint=_masked(finding.hint),
        subject=_masked(finding.subject),
    )


def _masked(text: str) -> str:
    return mask_shapes(without_secrets(text))
