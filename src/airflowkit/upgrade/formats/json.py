"""The report of an upgrade as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.upgrade.environment import Environment
    from airflowkit.upgrade.report import Report

VERSION: Final = 1


def render(report: Report, fixes: Mapping[str, Any] | None = None) -> str:
    """Return an object with a list for each part of the report, and what was fixed, if that was asked for."""
    document = {
        "version": VERSION,
        "before": _side(report.before),
        "after": _side(report.after),
        "import_errors": [asdict(error) for error in report.errors],
        "changes": [asdict(change) for change in report.changes],
        "not_compared": [asdict(file) for file in report.unknown],
        "differs_at_each_parse": [asdict(change) for change in report.unstable],
        "silent": [asdict(each) for each in report.silent],
        "findings_begin": [asdict(finding) for finding in report.began],
        "findings_cease": [asdict(finding) for finding in report.ceased],
        **({} if fixes is None else {"fixes": fixes}),
    }
    return json.dumps(document, indent=2)


def _side(side: Environment) -> dict[str, Any]:
    return {"airflow": side.airflow, "python": str(side.python)}
