"""Rules of the house, for DAGs and tasks: silent until `[check]` says what the house wants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_view import effective
from airflowkit.checks.model.rule import DagSubject, TaskSubject, dag_rule, task_rule
from airflowkit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator


@dag_rule("AK206", "dag-tags", Severity.WARNING)
def dag_tags(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG carries a tag, and only tags that the team has agreed on.

    ## Why it matters
    Tags are how people find a DAG in a list of hundreds; a misspelt one hides it.

    ## How to fix it
    Add one of the tags that `[check] tags` lists. Without that list the rule is silent.
    """
    agreed = dag.options.tags
    if agreed and not dag.dag.tags:
        yield Fault("has no tags", hint=f"add one of {', '.join(agreed)}")
    for tag in sorted(dag.dag.tags or ()):
        if agreed and tag not in agreed:
            yield Fault(f"has the tag {tag!r}, which is not in [check] tags", hint=did_you_mean(tag, agreed))


@dag_rule("AK207", "dag-without-docs", Severity.WARNING)
def dag_without_docs(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG says what it is for.

    ## Why it matters
    Whoever is woken at night sees its description first.

    ## How to fix it
    Pass `description=` or `doc_md=`. Silent unless `[check] require_docs` is true.
    """
    if dag.options.require_docs and not (dag.dag.description or dag.dag.doc_md):
        yield Fault("has neither a description nor doc_md", hint="pass description=")


@dag_rule("AK208", "dag-id-pattern", Severity.WARNING)
def dag_id_pattern(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG id follows the team's pattern.

    ## Why it matters
    Access rules, dashboards and alerts often go by the beginning of the id.

    ## How to fix it
    Rename the DAG. Airflow takes it for a new one, without a history and with nothing to catch up on but what its
    `start_date` asks for: switch the old one off first. `[check] dag_id_pattern` is a regular expression that matches
    the whole id.
    """
    pattern = dag.options.dag_id_pattern
    if pattern and not re.fullmatch(pattern, dag.dag.dag_id):
        yield Fault(f"its id does not match {pattern!r}", hint="rename it")


@dag_rule("AK209", "too-many-active-runs", Severity.WARNING)
def too_many_active_runs(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG bounds its runs at a time as the team has agreed.

    ## Why it matters
    After an outage all missed runs start together, and take the workers of everybody else.

    ## How to fix it
    Pass `max_active_runs=`. `[check] max_active_runs` is the largest number; without it the rule is silent.
    """
    most = dag.options.max_active_runs
    if most is not None and dag.dag.max_active_runs > most:
        yield Fault(f"may run {dag.dag.max_active_runs} times at once", hint=f"pass max_active_runs={most} or less")


@dag_rule("AK210", "unknown-owner", Severity.WARNING)
def unknown_owner(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each task belongs to an owner that exists.

    ## Why it matters
    Alerts mention the owner; `airflow`, the default, is nobody.

    ## How to fix it
    Pass `owner=` in `default_args`. `[check] owners` lists the owners; without it the rule is silent.
    """
    owners = dag.options.owners
    for owner in sorted({task.task.owner for task in dag.tasks}) if owners else ():
        if owner not in owners:
            hint = did_you_mean(owner, owners)
            yield Fault(f"has the owner {owner!r}, who is not in [check] owners", hint=hint or "pass owner=")


@dag_rule("AK219", "dag-argument-not-set", Severity.WARNING)
def dag_argument_not_set(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG sets the arguments that the team has agreed on.

    ## Why it matters
    Airflow's defaults are lenient: a run may last for ever, and nobody is told what the DAG is for.

    ## How to fix it
    Pass the argument to the DAG. `[check] required_dag_args` lists them, such as `["dagrun_timeout", "doc_md"]`;
    without it the rule is silent. What is empty or False does not count as set.
    """
    defaults = dag.dag.default_args or {}
    for name in dag.options.required_dag_args:
        if not getattr(dag.dag, name, None) and not defaults.get(name):
            yield Fault(f"sets no {name}", hint=f"pass {name}= to the DAG")


@task_rule("AK302", "task-id-pattern", Severity.WARNING)
def task_id_pattern(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each task id follows the team's pattern.

    ## Why it matters
    Logs, metrics and alerts carry the id; one style makes them searchable.

    ## How to fix it
    Rename the task, also where a template pulls its XCom or another DAG waits for it. `[check] task_id_pattern` is a
    regular expression for the id without its groups.
    """
    pattern = task.options.task_id_pattern
    if pattern and not re.fullmatch(pattern, task.task.label):
        yield Fault(f"its id does not match {pattern!r}", hint="rename it")


@task_rule("AK303", "retries-out-of-range", Severity.WARNING)
def retries_out_of_range(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each task is retried as often as the team has agreed.

    ## Why it matters
    Without a retry every hiccup of the network wakes somebody; with twenty, a real fault is noticed hours late.

    ## How to fix it
    Set `retries` in `default_args`. `[check] min_retries` and `max_retries` set the range.
    """
    retries = task.task.retries or 0
    least, most = task.options.min_retries, task.options.max_retries
    if retries < least:
        yield Fault(f"is retried {retries} times; at least {least} are agreed", hint=f"set retries={least}")
    elif most is not None and retries > most:
        yield Fault(f"is retried {retries} times; at most {most} are agreed", hint=f"set retries={most}")


@task_rule("AK304", "unknown-pool")
def unknown_pool(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each task's pool exists.

    ## Why it matters
    A task in a pool that does not exist is never queued: it stays scheduled for ever, and nothing fails.

    ## How to fix it
    Create the pool, or name one that exists. `[check] pools` lists them; without it the rule is silent.
    """
    pools = ["default_pool", *task.options.pools]
    if task.options.pools and task.task.pool not in pools:
        yield Fault(f"waits for the pool {task.task.pool!r}, which does not exist", did_you_mean(task.task.pool, pools))


@task_rule("AK308", "task-argument-not-set", Severity.WARNING)
def task_argument_not_set(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each task sets the arguments that the team has agreed on.

    ## Why it matters
    A task without `execution_timeout` may hang for ever; one without `doc_md` leaves whoever is woken at night alone.

    ## How to fix it
    Pass the argument to the task, or set it for all in `default_args`. `[check] required_task_args` lists them, such as
    `["execution_timeout"]`; without it the rule is silent. What is empty or False does not count as set.
    """
    for name in task.options.required_task_args:
        if not effective(task.task, name):
            yield Fault(f"sets no {name}", hint=f"pass {name}=, or set it in default_args")


@dag_rule("AK309", "group-id-pattern", Severity.WARNING)
def group_id_pattern(dag: DagSubject) -> Iterator[Fault]:
    """Checks that the id of each task group follows the team's pattern.

    ## Why it matters
    The group's id begins the ids of its tasks, and so their logs, metrics and alerts.

    ## How to fix it
    Rename the group. `[check] group_id_pattern` is a regular expression for the id without the groups around it.
    """
    pattern = dag.options.group_id_pattern
    for group_id, group in dag.dag.task_group.get_task_group_dict().items() if pattern else ():
        if group_id and not re.fullmatch(pattern, group.label):
            yield Fault(f"the id of its task group {group_id!r} does not match {pattern!r}", hint="rename the group")


@dag_rule("AK330", "task-without-dependencies", Severity.WARNING)
def task_without_dependencies(dag: DagSubject) -> Iterator[Fault]:
    """Checks that no task of a DAG stands alone.

    ## Why it matters
    Often a `>>` was forgotten: the task runs at once, beside those that it should wait for.

    ## How to fix it
    Say what it waits for, or what waits for it. Silent unless `[check] require_dependencies` is true: many a DAG has
    tasks that rightly stand side by side.
    """
    for task in dag.tasks if dag.options.require_dependencies and len(dag.tasks) > 1 else ():
        if not task.task.upstream_task_ids and not task.task.downstream_task_ids:
            yield Fault(
                "waits for no task, and none waits for it",
                hint=f"set its place: {task.task.task_id} >> ...",
                line=task.line,
                task_id=task.task.task_id,
            )


@task_rule("AK331", "too-many-upstream-tasks", Severity.WARNING)
def too_many_upstream_tasks(task: TaskSubject) -> Iterator[Fault]:
    """Checks that no task waits for too many others.

    ## Why it matters
    Nobody can follow fifty arrows into one box, and the scheduler looks at all of them each time.

    ## How to fix it
    Put the tasks before it into task groups, or an `EmptyOperator` behind each part of them. `[check]
    max_upstream_tasks` is the largest number; without it the rule is silent.
    """
    most, number = task.options.max_upstream_tasks, len(task.task.upstream_task_ids)
    if most is not None and number > most:
        yield Fault(f"waits for {number} tasks; at most {most} are agreed", hint="join them behind an EmptyOperator")


RULES: Final = (
    dag_tags,
    dag_without_docs,
    dag_id_pattern,
    too_many_active_runs,
    unknown_owner,
    dag_argument_not_set,
    task_id_pattern,
    retries_out_of_range,
    unknown_pool,
    task_argument_not_set,
    group_id_pattern,
    task_without_dependencies,
    too_many_upstream_tasks,
)
