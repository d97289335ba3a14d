"""The edits that fix what can be fixed, file by file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from airflowkit.checks.fixes.files import TextFile
from airflowkit.checks.fixes.lines import moved
from airflowkit.checks.fixes.registry import FIXES
from airflowkit.errors import FixFailed
from airflowkit.repository import from_here

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from airflowkit.checks.fixes.fix import Fix
    from airflowkit.checks.model.findings import Finding


@dataclass(frozen=True, slots=True)
class Edit:
    """One file before and after.

    Attributes:
        file: What was read.
        content: What is to be written.
        findings: What that fixes.
    """

    file: TextFile
    content: bytes
    findings: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """The text that is to be written, with newlines as line ends."""
        text = self.content.decode(self.file.encoding)
        return text.replace("\r\n", "\n") if self.file.crlf else text


def planned(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """Return the edits that fix findings; findings without an edit need manual work."""
    return tuple(edit for path, found in _by_target(findings).items() for edit in _edits(path, found))


def _by_target(findings: Iterable[Finding]) -> dict[Path, list[Finding]]:
    targets: dict[Path, list[Finding]] = {}
    for finding in findings:
        if finding.code in FIXES:
            targets.setdefault(from_here(FIXES[finding.code].target(Path(finding.path))), []).append(finding)
    return targets


def edit_of(file: TextFile, findings: Iterable[Finding], fixes: Mapping[str, Fix] = FIXES) -> Edit | None:
    """Return the edit of a file that fixes those findings whose fix is beyond doubt; None if there are none."""
    text, fixed = file.text, []
    for finding in findings:
        here = replace(finding, line=moved(finding.line, file.text, text))
        after = fixes[finding.code].apply(here, text)
        if after not in (None, text):
            text = after
            fixed.append(finding)
    return Edit(file, file.encoded(text), tuple(fixed)) if fixed else None


def _edits(path: Path, findings: Iterable[Finding]) -> Iterator[Edit]:
    try:
        edit = edit_of(TextFile.read(path), findings)
    except FixFailed:
        return
    if edit:
        yield edit
