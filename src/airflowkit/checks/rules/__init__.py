"""The rules: one module per family, one small function per rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.rules import dags, imports, tasks

if TYPE_CHECKING:
    from airflowkit.checks.rule import Rule

RULES: Final[tuple[Rule[Any], ...]] = (*imports.RULES, *dags.RULES, *tasks.RULES)
"""Every rule, in the order of its code."""

BY_CODE: Final = {rule.code: rule for rule in RULES}
