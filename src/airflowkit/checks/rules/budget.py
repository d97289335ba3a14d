"""AK416: what the pods of one DAG may take of the cluster at once."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.findings import Fault, Severity
from airflowkit.checks.pods import request
from airflowkit.checks.rule import DagSubject, dag_rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@dag_rule("AK416", "fan-out-over-budget", Severity.WARNING)
def fan_out_over_budget(dag: DagSubject) -> Iterator[Fault]:
    """Checks what the pods of one DAG request at once.

    ## Why it matters
    Twenty pods of 8 GiB side by side, in four runs at a time, ask for 640 GiB: the cluster grows, or everybody waits.

    ## How to mend it
    Lower `max_active_tasks` or `max_active_runs`, or request less. `[check] cpu_budget` and `memory_budget` set the
    limits; without them the rule is silent. Counted are tasks that no dependency keeps apart; a mapped task counts
    once, since its number is not known. Pools do not count: their size stands in the deployment.
    """
    from airflowkit.pods.quantities import parse_quantity  # noqa: PLC0415  for those who set a budget

    budgets = (("cpu", dag.options.cpu_budget), ("memory", dag.options.memory_budget))
    for resource, budget in budgets:
        if budget is None:
            continue
        sizes = [parse_quantity(size) for size in _at_once(dag, resource)]
        if sum(sizes) > parse_quantity(budget):
            wanted = _readable(sum(sizes, Decimal()), resource)
            yield Fault(
                f"its pods may request {wanted} of {resource} at once; the budget is {budget}",
                mend="lower max_active_tasks or max_active_runs, or request less",
            )


RULES: Final = (fan_out_over_budget,)


def _at_once(dag: DagSubject, resource: str) -> list[str]:
    """Return the requests of the largest group of tasks that may run together, in all runs at a time."""
    from airflowkit.pods.quantities import parse_quantity  # noqa: PLC0415  see above

    levels: dict[int, list[str]] = defaultdict(list)
    depths: dict[str, int] = {}
    tasks = {task.task.task_id: task.task for task in dag.tasks}
    for task in dag.tasks:
        size = request(task.pod, resource) if task.pod else None
        if size is not None and "{{" not in size:
            levels[_depth(task.task, tasks, depths)].append(size)
    groups = [sorted(sizes, key=parse_quantity, reverse=True)[: dag.dag.max_active_tasks] for sizes in levels.values()]
    largest = max(groups, key=lambda sizes: sum(map(parse_quantity, sizes)), default=[])
    runs: int = dag.dag.max_active_runs
    return largest * runs


def _depth(task: Any, tasks: dict[str, Any], known: dict[str, int]) -> int:
    """Return how many tasks stand before a task on its longest way; those of one depth do not wait for each other."""
    if task.task_id not in known:
        known[task.task_id] = 0  # a circle, which another rule tells of, ends here
        above = (_depth(tasks[name], tasks, known) for name in task.upstream_task_ids if name in tasks)
        known[task.task_id] = max(above, default=-1) + 1
    return known[task.task_id]


def _readable(size: Decimal, resource: str) -> str:
    return f"{size / 2**30:.1f}Gi" if resource == "memory" else f"{size.normalize():f}"
