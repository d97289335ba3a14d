"""The report as SARIF 2.1.0, for code scanning.

The standard leaves much open; what GitHub reads is in its page "SARIF support for code scanning".
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from airflowkit import __version__
from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.checks.reports.folding import name_of, with_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.report import Report, Tool

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_ROOT: Final = "%SRCROOT%"


def render(report: Report) -> str:
    """Return one run with the rules that found something, and a result for each finding."""
    index = {code: place for place, code in enumerate(sorted({finding.code for finding in report.findings}))}
    driver = {"name": "airflowkit", "version": __version__, "rules": [_rule(code, report.tool) for code in index]}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": report.tool.analysis},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder in which the check was started."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, index[finding.code], fingerprint)
            for finding, fingerprint in zip(report.findings, _fingerprints(report.findings), strict=True)
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str, tool: Tool) -> dict[str, Any]:
    rule = tool.rules[code]
    text = tool.page(rule)
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.title},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {"problem.severity": _PROBLEM[rule.severity], "tags": ["airflow"]},
    }


def _result(finding: Finding, index: int, fingerprint: str) -> dict[str, Any]:
    lines = (with_name(name_of(finding), finding), finding.hint)
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVEL[finding.severity],
        "message": {"text": "\n".join(filter(None, lines))},
        "locations": [_location(finding)],
        "partialFingerprints": {"airflowkit/v1": fingerprint},
    }


def _location(finding: Finding) -> dict[str, Any]:
    """Return the place; GitHub shows no result without a line, so one about a whole file is at line 1."""
    physical = {"artifactLocation": _artifact(finding.path), "region": {"startLine": finding.line or 1}}
    names = [name for name in (finding.dag_id, finding.task_id) if name]
    logical = {"logicalLocations": [{"name": names[-1], "fullyQualifiedName": ".".join(names)}]} if names else {}
    return {"physicalLocation": physical, **logical}


def _artifact(path: str) -> dict[str, str]:
    """Return a file's URI, relative to the root of the sources; for a file outside it, an absolute one."""
    if Path(path).is_absolute():
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": _ROOT}


def _fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield what identifies each result when lines move.

    Messages may contain the seconds that an import took, or a value that changes at each parse, so findings of one kind
    are numbered, as in the baseline. The key is our own: GitHub's upload action computes `primaryLocationLineHash` from
    the source around the line, and complains about any other value.
    """
    counts: Counter[tuple[str | None, ...]] = Counter()
    for finding in findings:
        kind = (finding.code, finding.path, finding.dag_id, finding.task_id)
        counts[kind] += 1
        yield hashlib.sha256(ascii((*kind, counts[kind])).encode()).hexdigest()[:32]
