"""Which findings count: `select` and `ignore` of `[check]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.findings import Finding
    from airflowkit.settings import Check


def selected(findings: Iterable[Finding], options: Check) -> Iterator[Finding]:
    """Yield the findings whose codes are selected and not ignored; a code may be a prefix, such as `AK4`."""
    for finding in findings:
        if finding.code.startswith(tuple(options.select)) and not finding.code.startswith(tuple(options.ignore)):
            yield finding
