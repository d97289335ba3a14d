"""The report as one JSON document, also where nothing could be examined."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflowkit.checks.model.findings import Severity
from airflowkit.deploy.doctor.report import Report

if TYPE_CHECKING:
    from airflowkit.deploy.doctor.findings import Finding
    from airflowkit.errors import AirflowKitError


def render(report: Report, error: AirflowKitError | None = None) -> str:
    """Return an object with `findings`, `sources`, `notes`, `summary`, and the `error` of a wrong use."""
    document = {
        "findings": [_finding(finding) for finding in report.findings],
        "sources": [
            {"name": source.name, "examined": not source.absent, "absent": source.absent, "hint": source.hint}
            for source in report.sources
        ],
        "notes": list(report.notes),
        "summary": _summary(report, passed=report.passed and error is None),
        "error": {"message": error.message, "hint": error.hint} if error else None,
    }
    return json.dumps(document, indent=2)


def render_error(error: AirflowKitError) -> str:
    """Return the document that says why there is no report."""
    return render(Report(()), error)


def _finding(finding: Finding) -> dict[str, Any]:
    about = finding.about
    return {
        "code": finding.code,
        "name": about.name,
        "source": about.source,
        "category": about.category,
        "severity": finding.weight,
        "subject": finding.subject,
        "message": finding.message,
        "breaks": about.breaks,
        "hint": finding.hint,
        "path": finding.path or None,
        "line": finding.line,
        "reference": finding.reference or None,
        "page": about.page,
        "failed": finding.failed,
    }


def _summary(report: Report, *, passed: bool) -> dict[str, Any]:
    return {
        "findings": len(report.findings),
        "errors": report.counts[Severity.ERROR],
        "warnings": report.counts[Severity.WARNING],
        "infos": report.counts[Severity.INFO],
        "ignored": report.ignored,
        "passed": passed,
    }
