"""The report as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.findings import Finding, Severity
from airflowkit.checks.rules import BY_CODE

if TYPE_CHECKING:
    from airflowkit.checks.engine import Report

_LEVEL: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report) -> str:
    """Return one run with the rules that found something, and a result for each finding."""
    codes = sorted({finding.code for finding in report.findings})
    driver = {"name": "airflowkit", "version": version("airflowkit-k8s"), "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code)) for finding in report.findings],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2)


def _rule(code: str) -> dict[str, Any]:
    rule = BY_CODE[code]
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.page},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    location = {
        "artifactLocation": {"uri": finding.path},
        "region": {"startLine": finding.line or 1},
    }
    mend = f"\n{finding.mend}" if finding.mend else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVEL[finding.severity],
        "message": {"text": finding.message + mend},
        "locations": [{"physicalLocation": location}],
    }
