"""The rules: one module per family, one small function per rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.rules import (
    alerts,
    cross_dag,
    dag_conventions,
    dags,
    imports,
    pod_budget,
    pod_validity,
    pods,
    repository,
    schedules,
    sources,
    tasks,
    templates,
)

if TYPE_CHECKING:
    from airflowkit.checks.model.rule import Rule

_FAMILIES: Final = (
    imports,
    sources,
    dags,
    dag_conventions,
    schedules,
    tasks,
    templates,
    cross_dag,
    pods,
    pod_validity,
    pod_budget,
    alerts,
    repository,
)

RULES: Final[tuple[Rule[Any], ...]] = tuple(
    sorted((rule for family in _FAMILIES for rule in family.RULES), key=lambda rule: rule.code)
)
"""Every rule, in the order of its code."""

NEED_TWO_PARSES: Final = ("AK217", "AK218")
"""Rules for which each file is parsed in a second process."""

ELSEWHERE_DIFFERENT: Final = ("AK101", "AK102", "AK104", "AK111", "AK112", "AK113", "AK114", "AK502")
"""Rules whose findings depend on the machine, on what is installed or on the environment."""

BY_CODE: Final = {rule.code: rule for rule in RULES}
