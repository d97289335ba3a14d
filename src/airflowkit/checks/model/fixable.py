"""Which findings `--fix` can fix, by a glance at the file: to parse each would take longer than the check."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.pods.spec.keywords import DEAD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.checks.model.findings import Finding

SIGNS: Final = {
    code: re.compile(pattern, re.MULTILINE)
    for code, pattern in {
        "AK105": r"^print\(",
        "AK207": r"\A(?:#.*\n|\s)*[rR]?[\"']",
        "AK411": "|".join(rf"{name}\s*=\s*(?:{'|'.join(dead.harmless)})" for name, dead in DEAD.items()),
        "AK506": r"[\"'](?:sla|sla_miss_callback|task_concurrency|provide_context)[\"']\s*:",
        "AK601": "",
        "AK602": "",
        "AK603": r"^\s*airflowkit\s*(?:#.*)?$",
        "AK604": r"^\s*ENV\s+PYTHONDONTWRITEBYTECODE[= ]\s*\S+\s*$",
        "AK606": "",
        "AK608": "",
        "AK609": "",
    }.items()
}
"""The rules that have a fix, each with what a file holds wherever the fix applies."""
FIXABLE: Final = frozenset(SIGNS)


def marked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings, each with whether `--fix` can fix it."""
    return tuple(replace(finding, fixable=_shows(finding)) for finding in findings)


def _shows(finding: Finding) -> bool:
    sign = SIGNS.get(finding.code)
    return bool(sign and sign.search(_text(finding.path)))


@lru_cache(maxsize=1)
def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""
