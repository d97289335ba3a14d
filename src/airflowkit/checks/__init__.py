"""Rules over a folder of DAG files."""

from __future__ import annotations

from airflowkit.errors import AirflowKitError, did_you_mean


class UnknownRule(AirflowKitError, LookupError):  # noqa: N818  as the package's other names
    """A code that no rule has."""


def explain(code: str) -> str:
    """Return a rule's page in Markdown.

    Args:
        code: Such as `AK401`; a name such as `pod-without-limits` will do.

    Raises:
        UnknownRule: No rule has that code or name.

    Example:
        >>> explain("AK201").splitlines()[0]
        '# AK201 dag-cycle (error)'
    """
    from airflowkit.checks.rules import RULES  # noqa: PLC0415  `airflowkit explain` asks for tasks far more often

    for rule in RULES:
        if code.upper() == rule.code or code == rule.name:
            return f"# {rule.code} {rule.name} ({rule.severity})\n\n{rule.page}"
    known = [name for rule in RULES for name in (rule.code, rule.name)]
    raise UnknownRule(f"no rule {code!r}", hint=did_you_mean(code, known))
