"""Which findings `--fix` can fix, by a regular expression: parsing each file would take longer than the check."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.checks.moves.context import EQUAL, removed_name
from airflowkit.checks.moves.keywords import DROPPED
from airflowkit.checks.rules.register import FIXABLE
from airflowkit.pods.spec.keywords import DEAD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.checks.model.findings import Finding

_SIGNS: Final = {
    code: re.compile(pattern, re.MULTILINE)
    for code, pattern in {
        "AK105": r"^print\(",
        "AK207": r"\A(?:#.*\n|\s)*[rR]?[\"']",
        "AK411": "|".join(rf"{name}\s*=\s*(?:{'|'.join(dead.harmless)})" for name, dead in DEAD.items()),
        "AK506": rf"[\"'](?:{'|'.join(DROPPED)})[\"']\s*:",
        "AK603": r"^\s*airflowkit\s*(?:#.*)?$",
        "AK604": r"^\s*ENV\s+PYTHONDONTWRITEBYTECODE[= ]\s*\S+\s*$",
    }.items()
}
"""What a file contains if the fix of a rule applies to it; a fix that is not listed applies to any."""


def marked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings, each with whether `--fix` can fix it."""
    _text.cache_clear()  # `--watch` asks again and again
    return tuple(replace(finding, fixable=_shows(finding)) for finding in findings)


def _shows(finding: Finding) -> bool:
    sign = _SIGNS.get(finding.code)
    if finding.code == "AK101":
        return finding.message.startswith(("imports airflow.", "passes "))
    if finding.code == "AK311":
        return (name := removed_name(finding.message)) is not None and name in EQUAL
    if finding.code == "AK506" and not finding.message.startswith("default_args has "):
        return False
    return finding.code in FIXABLE and (sign is None or bool(sign.search(_text(finding.path))))


@lru_cache(maxsize=1)
def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""
