"""Every code of a rule, past or present: a code is never reused for something else.

A new rule takes the next code of its group, and is listed here under the version that adds it. A rule that is removed
moves to `RETIRED`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.checks.model.rule import Rule


class Retired(NamedTuple):
    """A rule that was removed.

    Attributes:
        version: The first version without it.
        instead: What to use instead, such as `use AK408`, or why nothing is needed.
    """

    version: str
    instead: str


CODES: Final[Mapping[str, str]] = {
    "0.1": """
        AK101 AK102 AK103 AK104 AK105 AK106 AK107 AK108 AK109
        AK110 AK111 AK112 AK113 AK114 AK115 AK116 AK117 AK118
        AK201 AK202 AK203 AK204 AK205 AK206 AK207 AK208 AK209 AK210
        AK211 AK212 AK213 AK214 AK215 AK216 AK217 AK218 AK219
        AK301 AK302 AK303 AK304 AK305 AK306 AK307 AK308 AK309
        AK310 AK311 AK312 AK313 AK314 AK315
        AK320 AK321 AK322 AK323
        AK330 AK331
        AK340 AK341 AK342
        AK401 AK402 AK403 AK404 AK405 AK406 AK407 AK408 AK409
        AK410 AK411 AK412 AK413 AK414 AK415 AK416 AK417 AK418
        AK501 AK502 AK503 AK504 AK505 AK506
        AK601 AK602 AK603 AK604 AK605 AK606 AK607 AK608 AK609 AK610
        AK611 AK612
    """,
}
"""The rules, by the version that added them."""

FIXABLE: Final = frozenset(
    {
        *("AK101", "AK105", "AK207", "AK311", "AK411", "AK506"),
        *("AK601", "AK602", "AK603", "AK604", "AK606", "AK608", "AK609"),
    }
)
"""The rules that `--fix` can fix."""

FREE: Final[frozenset[str]] = frozenset()
"""Codes that were skipped and never released: the next rules about pods may take them."""

RETIRED: Final[dict[str, Retired]] = {}
"""The rules that were removed, by code."""

LIST_RULES: Final = "`airflowkit explain` lists all rules"
_SINCE: Final = {code: version for version, codes in CODES.items() for code in codes.split()}


def page(rule: Rule[Any]) -> str:
    """Return a rule's page in Markdown: its docstring, the version that added it, and whether there is a fix."""
    fix = " `--fix` fixes it where the fix is beyond doubt." if rule.code in FIXABLE else ""
    return f"{rule.text}\n\nSince airflowkit {since(rule)}.{fix}"


def retirement(code: str) -> str:
    """Return what happened to a retired rule, or an empty string for any other code."""
    retired = RETIRED.get(code)
    return f"it was retired in {retired.version}: {retired.instead}" if retired else ""


def since(rule: Rule[Any]) -> str:
    """Return the version that added a rule."""
    return _SINCE[rule.code]
