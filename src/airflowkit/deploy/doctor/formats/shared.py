"""A report in the words of `check`, for the formats that the two share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Finding as CheckFinding
from airflowkit.checks.report import Report as CheckReport
from airflowkit.checks.report import Tool
from airflowkit.deploy.doctor.codes import Code, codes
from airflowkit.settings import FILE_NAME

if TYPE_CHECKING:
    from airflowkit.deploy.doctor.findings import Finding
    from airflowkit.deploy.doctor.report import Report

_ELSEWHERE: Final = FILE_NAME
"""Code scanning shows no finding without a file: what is in no file is shown where it could be ignored."""


def as_check_report(report: Report) -> CheckReport:
    """Return the report as one of `check`."""
    tool = Tool("airflowkit doctor", "airflowkit-doctor/", "source", codes(), _page)
    return CheckReport(
        findings=tuple(map(_as_check_finding, report.findings)),
        files=sum(not source.absent for source in report.sources),
        dags=0,
        ignored=report.ignored,
        tool=tool,
    )


def _page(code: Code) -> str:
    return code.explanation


def _as_check_finding(finding: Finding) -> CheckFinding:
    about = finding.about
    return CheckFinding(
        code=finding.code,
        severity=finding.weight,
        message=f"{about.source}: {finding.sentence}",
        path=finding.path or _ELSEWHERE,
        line=finding.line,
        hint="\n".join(filter(None, (f"It breaks: {about.breaks}", finding.hint))),
        failed=finding.failed,
    )
