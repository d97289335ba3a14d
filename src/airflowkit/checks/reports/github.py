"""The report as GitHub's workflow commands: annotations beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.checks.findings import Finding, Severity
from airflowkit.checks.rules import BY_CODE

if TYPE_CHECKING:
    from airflowkit.checks.report import Report

_COMMAND: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """Return one command for each finding."""
    return "\n".join(_command(finding) for finding in report.findings)


def _command(finding: Finding) -> str:
    title = _property(f"{finding.code} {BY_CODE[finding.code].name}")
    place = f"file={_property(finding.path)},line={finding.line or 1},title={title}"
    text = f"{finding.message}\n{finding.mend}".strip()
    return f"::{_COMMAND[finding.severity]} {place}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
