"""The report as GitHub's workflow commands: annotations beside the lines of a pull request.

GitHub shows ten errors, ten warnings and ten notices of a step, and fifty of a job ("Limitations" in its page on
annotations), so findings that say the same about one file are one annotation.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Severity
from airflowkit.checks.reports.folding import folded, printable

if TYPE_CHECKING:
    from airflowkit.checks.report import Report, Tool
    from airflowkit.checks.reports.folding import Fold

_COMMAND: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """Return the commands."""
    return "\n".join(_command(fold, report.tool) for fold in folded(report.findings))


def _command(fold: Fold, tool: Tool) -> str:
    finding = fold.first
    title = _property(f"{finding.code} {tool.rules[finding.code].name}")
    place = f"file={_property(_from_the_workspace(finding.path))},line={finding.line or 1},title={title}"
    text = "\n".join(filter(None, (fold.message, finding.hint)))
    return f"::{_COMMAND[finding.severity]} {place}::{_data(text)}"


def _from_the_workspace(path: str) -> str:
    """Return a path relative to the root of the checkout, as GitHub wants it, wherever the step runs."""
    root = os.environ.get("GITHUB_WORKSPACE")
    return os.path.relpath(path, root) if root else path


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
