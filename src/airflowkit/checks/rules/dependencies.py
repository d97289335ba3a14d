"""AK330, AK331: how many dependencies a task has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import DagSubject, TaskSubject, dag_rule, task_rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@dag_rule("AK330", "task-without-dependencies", Severity.WARNING)
def task_without_dependencies(dag: DagSubject) -> Iterator[Fault]:
    """Checks that every task has dependencies.

    ## Why it matters
    Often a `>>` was forgotten: the task runs at once, alongside the tasks that it should wait for.

    ## How to fix it
    Set what it waits for, or what waits for it. The rule is off unless `[check] require_dependencies` is true, because
    many DAGs rightly have independent tasks.
    """
    for task in dag.tasks if dag.options.require_dependencies and len(dag.tasks) > 1 else ():
        if not task.task.upstream_task_ids and not task.task.downstream_task_ids:
            yield Fault(
                "has neither upstream nor downstream tasks",
                hint=f"set a dependency: {task.task.task_id} >> ...",
                line=task.line,
                task_id=task.task.task_id,
            )


@task_rule("AK331", "too-many-upstream-tasks", Severity.WARNING)
def too_many_upstream_tasks(task: TaskSubject) -> Iterator[Fault]:
    """Checks that no task waits for too many others.

    ## Why it matters
    Nobody can follow fifty arrows into one box, and the scheduler evaluates all of them each time.

    ## How to fix it
    Put the upstream tasks into task groups, or an `EmptyOperator` behind each part of them.
    `[check] max_upstream_tasks` is the largest number allowed; the rule is off without it.
    """
    most, number = task.options.max_upstream_tasks, len(task.task.upstream_task_ids)
    if most is not None and number > most:
        yield Fault(f"has {number} upstream tasks; the maximum is {most}", hint="join them with an EmptyOperator")


RULES: Final = (
    task_without_dependencies,
    too_many_upstream_tasks,
)
