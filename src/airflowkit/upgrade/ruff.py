"""The fixes of ruff's rules about Airflow 3, each by itself: what of them holds is for a proof to say."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.fixes.fix import Fix
from airflowkit.checks.fixes.lines import lines_of
from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.upgrade.environment import program

if TYPE_CHECKING:
    from collections.abc import Sequence

_ARGUMENTS: Final = ("check", "--isolated", "--no-cache", "--select", "AIR3", "--preview", "--output-format", "json")
_SECONDS: Final = 60
_Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Diagnostic:
    """What ruff finds, and can fix.

    Attributes:
        code: The rule.
        message: What it says.
        line: Where.
        edits: The places to replace, each from and to a line and a column, and what with.
    """

    code: str
    message: str
    line: int
    edits: tuple[tuple[_Place, _Place, str], ...]


def installed_ruff() -> str:
    """Return ruff's program, or an empty string."""
    return program("ruff")


def findings_of(path: str, text: str) -> list[Finding]:
    """Return what ruff can fix in the text of a file."""
    return [Finding(it.code, Severity.WARNING, it.message, path, it.line) for it in _diagnostics(text)]


def applied(finding: Finding, text: str) -> str | None:
    """Return a text with the fix of one finding of ruff's; None if ruff does not find it there any more."""
    found = [it for it in _diagnostics(text) if (it.code, it.message) == (finding.code, finding.message)]
    nearest = min(found, key=lambda it: abs(it.line - (finding.line or 0)), default=None)
    return None if nearest is None else _edited(text, nearest.edits)


def fix_of(code: str) -> Fix:
    """Return the fix of a rule of ruff's."""
    return Fix(code, applied)


@lru_cache(maxsize=64)
def _diagnostics(text: str) -> tuple[_Diagnostic, ...]:
    ruff = installed_ruff()
    if not ruff:
        return ()
    try:
        done = subprocess.run(  # noqa: S603  the user's own ruff
            [ruff, *_ARGUMENTS, "-"], input=text.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
        found = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):  # an older one, without these rules
        return ()
    return tuple(
        _Diagnostic(it["code"], _message(it), it["location"]["row"], _edits(it["fix"]["edits"]))
        for it in found
        if it["fix"] and str(it["code"]).startswith("AIR")
    )


def _message(found: Any) -> str:
    """Return what ruff says; of a name that it calls removed though it still works, what to write instead."""
    text = found["message"]
    if "still works" in text:
        text = found["fix"]["message"] or text
    return " ".join(text.split()).rstrip(".")


def _edits(edits: Sequence[Any]) -> tuple[tuple[_Place, _Place, str], ...]:
    places = ("location", "end_location")
    found = [(*((it[place]["row"], it[place]["column"]) for place in places), it["content"]) for it in edits]
    return tuple((start, end, content) for start, end, content in found)


def _edited(text: str, edits: Sequence[tuple[_Place, _Place, str]]) -> str:
    starts = [0]
    for line in lines_of(text):
        starts.append(starts[-1] + len(line))
    for start, end, content in sorted(edits, reverse=True):
        begin, stop = (starts[row - 1] + column - 1 for row, column in (start, end))
        text = text[:begin] + content + text[stop:]
    return text
