"""Which findings count: `[check]` of the settings, comments in the DAG files, and the baseline."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from airflowkit.checks.comments import Comment, comments
from airflowkit.checks.findings import Severity
from airflowkit.checks.rules import BY_CODE
from airflowkit.errors import SettingsError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.findings import Finding
    from airflowkit.settings import Check


def selected(findings: Iterable[Finding], options: Check, folder: Path) -> Iterator[Finding]:
    """Yield the findings that count, each as bad as the settings say.

    Args:
        findings: What the rules found.
        options: What `[check]` says.
        folder: The DAG folder, from which the patterns of `per_path` start.

    Raises:
        SettingsError: The settings name a rule that does not exist.
    """
    _refuse_unknown_codes(options)
    for finding in findings:
        if _chosen(finding, options, folder) and not _commented(finding):
            severity = options.severity.get(finding.code)
            yield replace(finding, severity=Severity(severity)) if severity else finding


def is_selected(code: str, options: Check) -> bool:
    """Return whether a rule holds at all."""
    return code.startswith(tuple(options.select)) and not code.startswith(tuple(options.ignore))


def _chosen(finding: Finding, options: Check, folder: Path) -> bool:
    if not is_selected(finding.code, options):
        return False
    path = finding.path.removeprefix(f"{folder}/")
    return not any(
        fnmatch(path, pattern) and finding.code.startswith(tuple(ignored))
        for pattern, ignored in options.per_path.items()
    )


def _commented(finding: Finding) -> bool:
    return any(
        comment.reason and comment.covers in {None, finding.line} and finding.code.startswith(comment.codes)
        for comment in _comments_of(finding.path)
    )


@lru_cache(maxsize=1)
def _comments_of(path: str) -> tuple[Comment, ...]:
    return comments(Path(path))


def _refuse_unknown_codes(options: Check) -> None:
    named = [
        *options.select,
        *options.ignore,
        *options.severity,
        *(c for codes in options.per_path.values() for c in codes),
    ]
    for code in named:
        if not any(known.startswith(code) for known in BY_CODE):
            hint = did_you_mean(code, BY_CODE) or f"there are {min(BY_CODE)} to {max(BY_CODE)}"
            raise SettingsError(f"[check] names {code!r}, which is no rule", hint=hint)
