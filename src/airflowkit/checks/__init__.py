"""Rules over a folder of DAG files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import UnknownRule, did_you_mean

if TYPE_CHECKING:
    from airflowkit.checks.model.rule import Rule

FAMILIES: Final = {
    "AK1": "The file and its import",
    "AK2": "The DAG",
    "AK3": "Any task",
    "AK4": "Pods",
    "AK5": "Alerts and operations",
    "AK6": "The repository and its deployment",
}
"""What the rules are about, by the first letters of their codes."""


def find_rule(name: str) -> Rule[Any] | None:
    """Return the rule with a code such as `AK401`, in either case, or a name such as `pod-without-limits`."""
    from airflowkit.checks.rules import RULES  # noqa: PLC0415  `airflowkit explain` asks for tasks far more often

    return next((rule for rule in RULES if name.upper() == rule.code or name.lower() == rule.name), None)


def explain(name: str) -> str:
    """Return a rule's page in Markdown.

    Args:
        name: The rule's code or name.

    Raises:
        UnknownRule: No rule has that code or name.

    Example:
        >>> explain("AK201").splitlines()[0]
        '# AK201 dag-cycle (error)'
    """
    rule = find_rule(name)
    if rule is None:
        raise UnknownRule(f"no rule {name!r}", hint=nearest_rule(name) or "`airflowkit explain` lists all rules")
    return f"# {rule.code} {rule.name} ({rule.severity})\n\n{rule.page}"


def nearest_rule(name: str) -> str:
    """Return `did you mean 'AK401'?` for the nearest code or name, or an empty string."""
    from airflowkit.checks.rules import RULES  # noqa: PLC0415  see above

    return did_you_mean(name, [known for rule in RULES for known in (rule.code, rule.name)])
