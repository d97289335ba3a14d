"""Fixes of the comments that ignore rules."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING, Final

from airflowkit.checks.comments import IGNORE, codes_in
from airflowkit.checks.fixes.fix import Fix
from airflowkit.checks.fixes.lines import lines_of
from airflowkit.checks.selection import is_code

if TYPE_CHECKING:
    import re

    from airflowkit.checks.findings import Finding


def with_true_ignores(finding: Finding, text: str) -> str | None:
    """Delete a comment that ignores nothing, for it has no reason; else what it names beside rules.

    Python does not look at comments.
    """
    column = _comment(text, finding.line)
    if finding.line is None or column is None:
        return None
    lines = lines_of(text)
    line = lines[finding.line - 1]
    match = IGNORE.search(line.rstrip("\n"), column)
    if not match or match["codes"] is None:
        return None
    lines[finding.line - 1] = _mended(line, match)
    return "".join(lines)


FIXES: Final = (Fix("AK608", with_true_ignores),)


def _mended(line: str, match: re.Match[str]) -> str:
    end = line[match.end() :]
    if not match["reason"].strip():
        left = line[: match.start()].rstrip()
        return f"{left}{end}" if left else ""
    rules = [code for code in codes_in(match) if is_code(code)]
    if not rules:
        return line
    return f"{line[: match.start('codes')]}{', '.join(rules)}{line[match.end('codes') :]}"


def _comment(text: str, number: int | None) -> int | None:
    """Return the column where a line's comment begins; what looks like one in a string is none."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    columns = [it.start[1] for it in tokens if it.type == tokenize.COMMENT and it.start[0] == number]
    return columns[0] if columns else None
