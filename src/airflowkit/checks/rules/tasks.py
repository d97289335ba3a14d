"""AK301 to AK309: any task."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_view import class_names, effective, operator_class
from airflowkit.checks.model.rule import DagSubject, FileSubject, TaskSubject, dag_rule, file_rule, task_rule
from airflowkit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONG_WAIT: Final = timedelta(hours=1)
_DEFAULT_WAIT: Final = timedelta(days=7)
"""`[sensors] default_timeout`, which a mapped sensor reads when it runs."""


@file_rule("AK301", "task-outside-dag")
def task_outside_dag(file: FileSubject) -> Iterator[Fault]:
    """Checks that every task belongs to a DAG.

    ## Why it matters
    A task that is built after the `with` block, or without `dag=`, belongs to no DAG, and Airflow silently drops it.

    ## How to fix it
    Move it into the `with` block, or pass `dag=`.
    """
    for orphan in file.facts.tasks_without_dag:
        yield Fault(
            "belongs to no DAG and never runs",
            hint="move it into the `with DAG(...)` block",
            line=orphan.line,
            task_id=orphan.name,
        )


@task_rule("AK302", "task-id-pattern", Severity.WARNING)
def task_id_pattern(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each task id follows the team's pattern.

    ## Why it matters
    Logs, metrics and alerts contain the id; one style makes them searchable.

    ## How to fix it
    Rename the task, also in templates that pull its XCom and in DAGs that wait for it. `[check] task_id_pattern` is a
    regular expression for the id without its groups; the rule is off without it.
    """
    pattern = task.options.task_id_pattern
    if pattern and not re.fullmatch(pattern, task.task.label):
        yield Fault(f"its id does not match {pattern!r}", hint="rename the task")


@task_rule("AK303", "retries-out-of-range", Severity.WARNING)
def retries_out_of_range(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each task has as many retries as the team has agreed on.

    ## Why it matters
    Without a retry every hiccup of the network wakes somebody; with twenty, a real failure is noticed hours late.

    ## How to fix it
    Set `retries` in `default_args`. `[check] min_retries` and `max_retries` set the range.
    """
    retries = task.task.retries or 0
    least, most = task.options.min_retries, task.options.max_retries
    if retries < least:
        yield Fault(f"has retries={retries}; the minimum is {least}", hint=f"set retries={least}")
    elif most is not None and retries > most:
        yield Fault(f"has retries={retries}; the maximum is {most}", hint=f"set retries={most}")


@task_rule("AK304", "unknown-pool")
def unknown_pool(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each task's pool exists.

    ## Why it matters
    A task in a pool that does not exist is never queued: it stays scheduled forever, and nothing fails.

    ## How to fix it
    Create the pool, or use one that exists. `[check] pools` lists them; the rule is off without it.
    """
    pools = ["default_pool", *task.options.pools]
    if task.options.pools and task.task.pool not in pools:
        yield Fault(
            f"uses the pool {task.task.pool!r}, which is not in [check] pools", did_you_mean(task.task.pool, pools)
        )


@task_rule("AK305", "sensor-holds-worker", Severity.WARNING)
def sensor_holds_worker(task: TaskSubject) -> Iterator[Fault]:
    """Checks that no sensor occupies a worker for long.

    ## Why it matters
    In mode `poke` a sensor occupies its worker slot while it waits, by default for up to seven days: with a few of them
    nothing else runs.

    ## How to fix it
    Pass `mode="reschedule"` or `deferrable=True`, or a `timeout` of an hour or less. An `execution_timeout` and the
    DAG's `dagrun_timeout` count, too.
    """
    sensor = task.task
    operator = operator_class(sensor)
    if not hasattr(operator, "poke") or effective(sensor, "mode") != "poke" or _always_defers(operator):
        return
    given = effective(sensor, "timeout")
    waits = _DEFAULT_WAIT if given is None else timedelta(seconds=given) if isinstance(given, (int, float)) else given
    ends = (waits, effective(sensor, "execution_timeout"), task.dag.dagrun_timeout)
    waits = min((end for end in ends if isinstance(end, timedelta)), default=timedelta())
    if waits > _LONG_WAIT and effective(sensor, "deferrable") is not True:
        yield Fault(f"occupies a worker slot for up to {waits}", hint='pass mode="reschedule"')


@dag_rule("AK306", "join-after-branch", Severity.WARNING)
def join_after_branch(dag: DagSubject) -> Iterator[Fault]:
    """Checks that a task that joins branches runs although one of them is skipped.

    ## Why it matters
    A branch skips the tasks that it does not choose, and the default trigger rule skips every task behind a skipped
    one: the task that joins the branches is skipped in every run.

    ## How to fix it
    Pass `trigger_rule="none_failed_min_one_success"` to it.
    """
    tasks = {task.task.task_id: task.task for task in dag.tasks}
    for branch in tasks.values():
        if not _is_branch(branch):
            continue
        ways = {start: {start, *_below(start, tasks)} for start in branch.downstream_task_ids}
        for subject in dag.tasks:
            if _joins(subject.task, ways):
                yield Fault(
                    f"joins branches of {branch.task_id!r}, and is skipped if any of them is",
                    hint='pass trigger_rule="none_failed_min_one_success"',
                    line=subject.line,
                    task_id=subject.task.task_id,
                )


@task_rule("AK307", "trigger-rule-without-upstream", Severity.WARNING)
def trigger_rule_without_upstream(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a task that waits for a failure has upstream tasks.

    ## Why it matters
    `one_failed` or `all_failed` means nothing on a task without upstream tasks: the clean-up never runs, or runs at
    once.

    ## How to fix it
    Make the tasks that it cleans up after its upstream tasks.
    """
    rule = str(getattr(task.task.trigger_rule, "value", task.task.trigger_rule))
    if "fail" in rule and rule.endswith("failed") and rule != "none_failed" and not task.task.upstream_task_ids:
        yield Fault(
            f"has the trigger rule {rule!r}, but no upstream tasks",
            hint=f"set what it waits for: ... >> {task.task.task_id}",
        )


@task_rule("AK308", "task-argument-not-set", Severity.WARNING)
def task_argument_not_set(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each task sets the arguments that the team requires.

    ## Why it matters
    A task without `execution_timeout` may hang forever; one without `doc_md` leaves the person on call guessing.

    ## How to fix it
    Pass the argument to the task, or set it for all tasks in `default_args`. `[check] required_task_args` lists them,
    such as `["execution_timeout"]`; the rule is off without it. Empty values and `False` count as not set.
    """
    for name in task.options.required_task_args:
        if not effective(task.task, name):
            yield Fault(f"does not set {name}", hint=f"pass {name}=, or set it in default_args")


@dag_rule("AK309", "group-id-pattern", Severity.WARNING)
def group_id_pattern(dag: DagSubject) -> Iterator[Fault]:
    """Checks that the id of each task group follows the team's pattern.

    ## Why it matters
    The ids of the group's tasks begin with it, and so do their logs, metrics and alerts.

    ## How to fix it
    Rename the group. `[check] group_id_pattern` is a regular expression for the id without the groups around it; the
    rule is off without it.
    """
    pattern = dag.options.group_id_pattern
    for group_id, group in dag.dag.task_group.get_task_group_dict().items() if pattern else ():
        if group_id and not re.fullmatch(pattern, group.label):
            yield Fault(f"the id of its task group {group_id!r} does not match {pattern!r}", hint="rename the group")


RULES: Final = (
    task_outside_dag,
    task_id_pattern,
    retries_out_of_range,
    unknown_pool,
    sensor_holds_worker,
    join_after_branch,
    trigger_rule_without_upstream,
    task_argument_not_set,
    group_id_pattern,
)


@lru_cache(maxsize=256)
def _always_defers(operator: Any) -> bool:
    """Return whether the code that an operator executes has no way but to defer, as that of `DateTimeSensorAsync`."""
    try:
        (function,) = ast.parse(textwrap.dedent(inspect.getsource(operator.execute))).body
    except (OSError, TypeError, ValueError, SyntaxError):  # no source, or no plain function
        return False
    body: list[ast.stmt] = getattr(function, "body", [])
    return any(_defers(statement) for statement in body)


def _defers(statement: ast.stmt) -> bool:
    """Return whether a statement defers whatever the values are."""
    if isinstance(statement, ast.Expr):
        call = statement.value
        return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "defer"
    if isinstance(statement, ast.If):
        return all(any(map(_defers, branch)) for branch in (statement.body, statement.orelse))
    if isinstance(statement, (ast.With, ast.Try)):
        return any(map(_defers, statement.body))
    raised = statement.exc if isinstance(statement, ast.Raise) else None
    return isinstance(raised, ast.Call) and getattr(raised.func, "id", "") == "TaskDeferred"


def _is_branch(task: Any) -> bool:
    return "BranchMixIn" in class_names(operator_class(task))


def _below(task_id: str, tasks: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = [task_id]
    while waiting:
        for below in tasks[waiting.pop()].downstream_task_ids - found:
            found.add(below)
            waiting.append(below)
    return found


def _joins(task: Any, ways: dict[str, set[str]]) -> bool:
    """Return whether a task with the default trigger rule waits for tasks of two branches, each on one branch only."""
    if str(getattr(task.trigger_rule, "value", task.trigger_rule)) != "all_success":
        return False
    alone = set()
    for upstream in task.upstream_task_ids:
        through = [start for start, reached in ways.items() if upstream in reached]
        if len(through) == 1:
            alone.add(through[0])
    return len(alone) > 1
