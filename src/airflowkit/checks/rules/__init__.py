"""The rules, one small function each; each module has a run of neighbouring codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.rules import (
    alerts,
    contract,
    cross_dag,
    dag_arguments,
    dag_conventions,
    dag_folder,
    dags,
    dependencies,
    executors,
    factories,
    ignores,
    imports,
    mapped_tasks,
    pod_budget,
    pod_memory,
    pod_operator,
    pod_override,
    pod_validity,
    pods,
    python_callables,
    repository,
    retries,
    schedules,
    sources,
    tasks,
    templates,
)
from airflowkit.checks.rules.register import LIST_RULES, page, retirement
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
"""What the rules are about, by the beginning of their codes."""

RULES: Final[tuple[Rule[Any], ...]] = tuple(
    rule
    for module in (
        imports,
        sources,
        factories,
        dag_folder,
        dags,
        dag_conventions,
        schedules,
        dag_arguments,
        tasks,
        templates,
        mapped_tasks,
        python_callables,
        cross_dag,
        dependencies,
        retries,
        pods,
        pod_validity,
        pod_operator,
        pod_budget,
        pod_override,
        pod_memory,
        alerts,
        repository,
        ignores,
        executors,
        contract,
    )
    for rule in module.RULES
)
"""Every rule, in the order of its code."""

NEED_TWO_PARSES: Final = ("AK217", "AK218")
"""Rules that need a second parse of each file."""

ELSEWHERE_DIFFERENT: Final = ("AK101", "AK102", "AK104", "AK111", "AK112", "AK113", "AK114", "AK418", "AK502", "AK610")
"""Rules whose findings depend on the machine, on installed packages or on the environment."""

BY_CODE: Final = {rule.code: rule for rule in RULES}


def find_rule(name: str) -> Rule[Any] | None:
    """Return the rule with a code such as `AK401` or a name such as `pod-without-limits`, in upper or lower case."""
    return BY_CODE.get(name.upper()) or next((rule for rule in RULES if rule.name == name.lower()), None)


def hint_for(name: str) -> str:
    """Return what a name that is not a rule's code may mean, or an empty string."""
    if hint := retirement(name.upper()):
        return hint
    if rule := find_rule(name):
        return f"its code is {rule.code}"
    return did_you_mean(name.upper(), BY_CODE) or did_you_mean(name.lower(), [rule.name for rule in RULES])


def explain(name: str) -> str:
    """Return a rule's page in Markdown.

    Args:
        name: The rule's code or name.

    Raises:
        UnknownRule: No rule has that code or name.

    Examples:
        >>> explain("AK201").splitlines()[0]
        '# AK201 dag-cycle (error)'
    """
    rule = find_rule(name)
    if rule is None:
        raise UnknownRule(f"no rule {name!r}", hint=hint_for(name) or LIST_RULES)
    return f"# {rule.code} {rule.name} ({rule.severity})\n\n{page(rule)}"
