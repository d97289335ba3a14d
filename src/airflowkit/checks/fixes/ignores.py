"""Fixes of the comments that ignore rules, which change no DAG."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING, Final

from airflowkit.checks.fixes.fix import Fix
from airflowkit.checks.fixes.lines import lines_of
from airflowkit.checks.model.comments import IGNORE, codes_in
from airflowkit.checks.suppression.selection import is_code

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from airflowkit.checks.model.findings import Finding

    Codes = tuple[str, ...]


def with_true_ignores(finding: Finding, text: str) -> str | None:
    """Delete a comment without a reason, which ignores nothing; of any other, the codes that are not rules."""

    def kept(match: re.Match[str]) -> Codes:
        codes = codes_in(match)
        return tuple(filter(is_code, codes)) or codes if match["reason"].strip() else ()

    return _edited(finding, text, kept)


def without_unused_ignore(finding: Finding, text: str) -> str | None:
    """Delete a code that ignores nothing; with the last code, the whole comment."""
    unused = finding.message.split()[1].rstrip(",")

    def kept(match: re.Match[str]) -> Codes:
        return tuple(code for code in codes_in(match) if code != unused)

    return _edited(finding, text, kept)


FIXES: Final = (Fix("AK608", with_true_ignores), Fix("AK609", without_unused_ignore))


def _edited(finding: Finding, text: str, kept: Callable[[re.Match[str]], Codes]) -> str | None:
    """Return the text in which the first ignore at the finding's line that names more than `kept` names only that."""
    column = _comment(text, finding.line)
    if finding.line is None or column is None:
        return None
    lines = lines_of(text)
    line = lines[finding.line - 1]
    for match in IGNORE.finditer(line.rstrip("\n"), column):
        if match["codes"] is not None and kept(match) != codes_in(match):
            lines[finding.line - 1] = _with_codes(line, match, kept(match))
            return "".join(lines)
    return None


def _with_codes(line: str, match: re.Match[str], codes: Codes) -> str:
    if codes:
        return f"{line[: match.start('codes')]}{', '.join(codes)}{line[match.end('codes') :]}"
    before, after = line[: match.start()], line[match.end() :]
    if not after.strip():
        return f"{before.rstrip()}{after}" if before.strip() else ""
    return before + after.lstrip()


def _comment(text: str, number: int | None) -> int | None:
    """Return the column where a line's comment begins; one that is part of a string does not count."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    columns = [it.start[1] for it in tokens if it.type == tokenize.COMMENT and it.start[0] == number]
    return columns[0] if columns else None
