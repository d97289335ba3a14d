"""What the files would hold if everything were mended that their text shows how to mend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from airflowkit.checks.fixes.files import TextFile
from airflowkit.checks.fixes.lines import moved
from airflowkit.checks.rules.register import FIXABLE
from airflowkit.errors import FixFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.fixes.fix import Fix
    from airflowkit.checks.model.findings import Finding


@dataclass(frozen=True, slots=True)
class Edit:
    """One file before and after.

    Attributes:
        file: What was read.
        content: What is to be written.
        findings: What that mends.
    """

    file: TextFile
    content: bytes
    findings: tuple[Finding, ...]


def planned(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """Return the edits that mend findings; a finding that none of them holds takes a person."""
    return tuple(edit for path, found in _by_target(findings).items() for edit in _edits(path, found))


def _by_target(findings: Iterable[Finding]) -> dict[Path, list[Finding]]:
    targets: dict[Path, list[Finding]] = {}
    for finding in findings:
        if finding.code in FIXABLE:
            targets.setdefault(_relative(_fix(finding).target(Path(finding.path))), []).append(finding)
    return targets


def edit_of(file: TextFile, findings: Iterable[Finding]) -> Edit | None:
    """Return the edit of a file that mends findings, those of them whose mend its text shows; None if it shows none."""
    text, mended = file.text, []
    for finding in findings:
        here = replace(finding, line=moved(finding.line, file.text, text))
        after = _fix(finding).apply(here, text)
        if after not in (None, text):
            text = after
            mended.append(finding)
    return Edit(file, file.encoded(text), tuple(mended)) if mended else None


def _edits(path: Path, findings: Iterable[Finding]) -> Iterator[Edit]:
    try:
        edit = edit_of(TextFile.read(path), findings)
    except FixFailed:
        return
    if edit:
        yield edit


def _fix(finding: Finding) -> Fix:
    from airflowkit.checks.fixes.registry import FIXES  # noqa: PLC0415  loads libcst, of no use without findings

    return FIXES[finding.code]


def _relative(path: Path) -> Path:
    """Return a path as the findings have it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
