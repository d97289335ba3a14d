"""The rules, one small function each; a module holds those of neighbouring codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.rules import (
    alerts,
    cross_dag,
    dag_arguments,
    dag_conventions,
    dags,
    dependencies,
    ignores,
    imports,
    pod_budget,
    pod_operator,
    pod_override,
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

RULES: Final[tuple[Rule[Any], ...]] = tuple(
    rule
    for module in (
        imports,
        sources,
        dags,
        dag_conventions,
        schedules,
        dag_arguments,
        tasks,
        templates,
        cross_dag,
        dependencies,
        pods,
        pod_validity,
        pod_operator,
        pod_budget,
        pod_override,
        alerts,
        repository,
        ignores,
    )
    for rule in module.RULES
)
"""Every rule, in the order of its code."""

NEED_TWO_PARSES: Final = ("AK217", "AK218")
"""Rules for which each file is parsed in a second process."""

ELSEWHERE_DIFFERENT: Final = ("AK101", "AK102", "AK104", "AK111", "AK112", "AK113", "AK114", "AK502")
"""Rules whose findings depend on the machine, on what is installed or on the environment."""

BY_CODE: Final = {rule.code: rule for rule in RULES}
