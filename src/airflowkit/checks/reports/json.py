"""The report as JSON, for programs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from airflowkit.checks.model.findings import Severity

if TYPE_CHECKING:
    from airflowkit.checks.report import Report


def render(report: Report) -> str:
    """Return an object with `findings` and `summary`."""
    return json.dumps(
        {"findings": [asdict(finding) for finding in report.findings], "summary": summary(report)}, indent=2
    )


def summary(report: Report) -> dict[str, Any]:
    """Return the counts of a report."""
    severities = Counter(finding.severity for finding in report.findings)
    return {
        "files": report.files,
        "dags": report.dags,
        "findings": len(report.findings),
        "errors": severities[Severity.ERROR],
        "warnings": severities[Severity.WARNING],
        "infos": severities[Severity.INFO],
        "ignored": report.ignored,
        "known": report.known,
        "gone": report.gone,
        "passed": report.passed,
    }
