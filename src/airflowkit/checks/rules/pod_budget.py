"""AK416: what the pods of one DAG request at the same time."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import airflow_version, limit
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_view import request
from airflowkit.checks.model.rule import DagSubject, TaskSubject, dag_rule
from airflowkit.pods.expansion import argument, is_mapped
from airflowkit.pods.schema.jinja import is_runtime_value

if TYPE_CHECKING:
    from collections.abc import Iterator


@dag_rule("AK416", "fan-out-over-budget", Severity.WARNING)
def fan_out_over_budget(dag: DagSubject) -> Iterator[Fault]:
    """Checks what the pods of one DAG request at the same time.

    ## Why it matters
    Twenty pods of 8 GiB side by side, in four concurrent runs, ask for 640 GiB: the cluster grows, or everybody waits.

    ## How to fix it
    Lower `max_active_tasks` or `max_active_runs`, set `max_active_tis_per_dag` on a mapped task, or request less.
    `[check] cpu_budget` and `memory_budget` set the limits, such as `"64"` and `"256Gi"`; the rule is off without them.
    Tasks at the same depth of the DAG count together. A mapped task counts once for each element or, if only the run
    knows how many there are, as often as Airflow lets it run. Pools do not count: their size is set in the deployment.
    """
    budgets = (("cpu", dag.options.cpu_budget), ("memory", dag.options.memory_budget))
    for resource, budget in budgets:
        if budget is None:
            continue
        wanted = peak_request(dag, resource)
        if wanted > _amount(budget):
            yield Fault(
                f"its pods may request {readable(wanted, resource)} of {resource} at once; the budget is {budget}",
                hint="lower max_active_tasks or max_active_runs, or request less",
            )


RULES: Final = (fan_out_over_budget,)


@dataclass(frozen=True, slots=True)
class _Load:
    """What the pods of a task request.

    Attributes:
        sizes: What each of them requests, in one run.
        at_once: How many of them may run at once in all runs; None if that is not limited.
    """

    sizes: tuple[Decimal, ...]
    at_once: int | None


def peak_request(dag: DagSubject, resource: str) -> Decimal:
    """Return what the largest group of tasks that may run together requests, in all concurrent runs.

    Args:
        dag: The DAG.
        resource: `cpu` or `memory`.
    """
    levels: dict[int, list[_Load]] = defaultdict(list)
    depths: dict[str, int] = {}
    tasks = {task.task.task_id: task.task for task in dag.tasks}
    for task in dag.tasks:
        if task.pods:
            levels[_depth(task.task, tasks, depths)].append(_load(task, resource))
    return max((_together(loads, dag.dag) for loads in levels.values()), default=Decimal())


def _load(task: TaskSubject, resource: str) -> _Load:
    requests = [request(pod, resource) for pod in task.pods]
    sizes = sorted(filter(None, map(_amount_or_none, requests)), reverse=True)
    if sizes and not _is_counted(task):
        sizes = sizes[:1] * limit(task.dag, "max_active_tasks")
    in_a_run = argument(task.task, "max_active_tis_per_dagrun")
    return _Load(tuple(sizes[:in_a_run]), argument(task.task, "max_active_tis_per_dag"))


def _is_counted(task: TaskSubject) -> bool:
    """Return whether the number of pods that a task has in a run is known."""
    if any(True for _group in task.task.iter_mapped_task_groups()):
        return False
    elements = [pod.element for pod in task.pods]
    return not is_mapped(task.task) or all(it and it.index is not None for it in elements)


def _together(loads: list[_Load], dag: Any) -> Decimal:
    """Return what the largest pods of some tasks request in all runs, as many as Airflow lets run at once."""
    pods = sorted(((size, place) for place, load in enumerate(loads) for size in load.sizes), reverse=True)
    running: Counter[int] = Counter()
    total = Decimal()
    concurrent = limit(dag, "max_active_runs")
    shared = airflow_version() < (3, 0)  # all runs share them
    slots = limit(dag, "max_active_tasks") * (1 if shared else concurrent)
    for size, place in pods:
        most = loads[place].at_once
        left = slots if most is None else min(slots, most - running[place])
        runs = min(concurrent, left)
        running[place] += runs
        slots -= runs
        total += size * runs
    return total


def _depth(task: Any, tasks: dict[str, Any], known: dict[str, int]) -> int:
    """Return the length of the longest path to a task; tasks of the same depth do not wait for each other."""
    if task.task_id not in known:
        known[task.task_id] = 0  # ends a cycle, which dag-cycle reports
        above = (_depth(tasks[name], tasks, known) for name in task.upstream_task_ids if name in tasks)
        known[task.task_id] = max(above, default=-1) + 1
    return known[task.task_id]


def readable(size: Decimal, resource: str) -> str:
    """Return an amount as people write it: `1.5`, `4.0Gi`."""
    return f"{size / 2**30:.1f}Gi" if resource == "memory" else f"{size.normalize():f}"


def _amount_or_none(quantity: str | None) -> Decimal | None:
    """Return an amount, or None for a template and for what `pod-refused` reports."""
    try:
        return _amount(quantity) if quantity and not is_runtime_value(quantity) else None
    except ValueError:
        return None


def _amount(quantity: str) -> Decimal:
    from airflowkit.pods.schema.quantities import parse_quantity  # noqa: PLC0415  only needed if there is a budget

    return parse_quantity(quantity)
