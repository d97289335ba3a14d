"""AK21x: when a DAG runs, and with which defaults."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import cron_expression, fixed_interval
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_view import operator_class
from airflowkit.checks.model.rule import DagSubject, FileSubject, dag_rule, file_rule
from airflowkit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_RECENT: Final = timedelta(minutes=10).total_seconds()
_MANY_RUNS: Final = 16
"""Airflow's default of `max_active_runs`: nobody has bounded the backfill."""
_LONG_AGO: Final = timedelta(days=90).total_seconds()
_REGISTER: Final = "register the class by a plugin: timetables = [...] in a file below plugins/"


@dag_rule("AK211", "schedule-never-fires")
def schedule_never_fires(dag: DagSubject) -> Iterator[Fault]:
    """Checks that the schedule has a date to run at.

    ## Why it matters
    30 February, or an end before the start: the DAG looks healthy and never runs.

    ## How to fix it
    Correct the cron expression or the dates.
    """
    expression = cron_expression(dag.dag.timetable)
    if expression and not _fires(expression):
        yield Fault(
            f"the schedule {expression!r} matches no date",
            hint='write a date that comes: schedule="0 3 1 * *" is the first of each month',
        )
    start, end = dag.dag.start_date, dag.dag.end_date
    if start and end and end <= start:
        yield Fault(
            f"ends ({end:%Y-%m-%d}) before it starts ({start:%Y-%m-%d})", hint="set end_date later, or delete it"
        )


@dag_rule("AK212", "moving-start-date")
def moving_start_date(dag: DagSubject) -> Iterator[Fault]:
    """Checks that the start date stays where it is.

    ## Why it matters
    `datetime.now()` moves with each parse: the DAG gets a new version every time, and may never run, since its first
    run is always in the future.

    ## How to fix it
    Write a date: `datetime(2026, 1, 1)`.
    """
    of_the_dag = dag.dag.start_date or (dag.dag.default_args or {}).get("start_date")
    if _is_now(of_the_dag):
        yield _moving(of_the_dag)
        return
    for task in dag.tasks:
        own = getattr(task.task, "start_date", None)
        if _is_now(own):
            yield replace(_moving(own), line=task.line, task_id=task.task.task_id)


@dag_rule("AK213", "unbounded-catchup", Severity.WARNING)
def unbounded_catchup(dag: DagSubject) -> Iterator[Fault]:
    """Checks that a DAG that catches up on months does so with bounded runs.

    ## Why it matters
    When it is switched on, Airflow starts a run for each date since the start, 16 at a time, and takes the workers of
    everybody else.

    ## How to fix it
    Pass `catchup=False`, or bound it: `**dag_args("backfill")` or `max_active_runs=`.
    """
    start = dag.dag.start_date if dag.dag.catchup else None
    old = isinstance(start, datetime) and time.time() - start.timestamp() > _LONG_AGO
    periodic = cron_expression(dag.dag.timetable) or fixed_interval(dag.dag.timetable)
    if old and periodic and dag.dag.max_active_runs >= _MANY_RUNS:
        yield Fault(
            f"catches up since {start:%Y-%m-%d}, {dag.dag.max_active_runs} runs at a time",
            hint='pass catchup=False or **dag_args("backfill")',
        )


@dag_rule("AK214", "misspelt-default-arg")
def misspelt_default_arg(dag: DagSubject) -> Iterator[Fault]:
    """Checks the keys of `default_args` for misspelt names.

    ## Why it matters
    Airflow hands each operator those keys that it knows and drops the others without a word: with `retires` there
    are no retries. What only the DAG has, such as `max_active_runs`, is dropped as well.

    ## How to fix it
    Write the name that the message offers, or pass the argument to the DAG. The `default_args` of task groups are
    looked at, too.
    """
    yield from _misspelt(dag, "default_args", dag.dag.default_args, [task.task for task in dag.tasks])
    for group in dag.dag.task_group.get_task_group_dict().values():
        inherited = group.parent_group.default_args if group.parent_group else {}
        own = {key: value for key, value in group.default_args.items() if key not in inherited}
        name = f"default_args of the task group {group.group_id!r}"
        yield from _misspelt(dag, name, own, list(group.iter_tasks()) if own else [])


@dag_rule("AK215", "time-limits-out-of-order", Severity.WARNING)
def time_limits_out_of_order(dag: DagSubject) -> Iterator[Fault]:
    """Checks that no task may run longer than its DAG's run.

    ## Why it matters
    `dagrun_timeout` fails the run and skips what is still running; a task's longer `execution_timeout` never counts.

    ## How to fix it
    Raise `dagrun_timeout`, or lower the task's `execution_timeout`.
    """
    limit = dag.dag.dagrun_timeout
    for task in dag.tasks if limit else ():
        own = task.task.execution_timeout
        if own and own > limit:
            yield Fault(
                f"may run {own}, but the DAG's run is ended after {limit}",
                hint=f"pass execution_timeout={_written(limit)} or less, or dagrun_timeout={_written(own)} or more",
                line=task.line,
                task_id=task.task.task_id,
            )


@dag_rule("AK216", "refused-by-airflow")
def refused_by_airflow(dag: DagSubject) -> Iterator[Fault]:
    """Checks what Airflow itself checks once the file is imported: parameters, schedule, cluster policies.

    ## Why it matters
    Airflow shows an import error instead of the file's DAGs.

    ## How to fix it
    The message is Airflow's own. Often a `Param` has no default although the DAG is scheduled, and nobody is there to
    fill in the form: give it one. A name of a policy is that of the deployment's own `airflow_local_settings.py`.
    """
    try:
        dag.dag.validate()
    except Exception as error:  # noqa: BLE001  each of Airflow's checks raises what it likes
        yield Fault(f"{type(error).__name__}: {error}", hint="do what Airflow's message asks for")


@file_rule("AK217", "changes-between-parses")
def changes_between_parses(file: FileSubject) -> Iterator[Fault]:
    """Checks that two parses of the file make the same DAG.

    ## Why it matters
    A date, a random name or the order of a set in a DAG's arguments is another one at each parse. Since Airflow 3 each
    change is a new version of the DAG: thousands a day, a full database, and a history that tells nothing.

    ## How to fix it
    Make the value the same at every parse: sort the set, write the date, use templates such as `{{ ds }}` for what
    belongs to a run. The file is parsed in two processes whose sets are ordered differently; `--once` skips that.
    """
    moving = (".start_date is ", ".default_args.start_date is ")  # what moving-start-date tells of
    for change in file.facts.changes:
        if any(place in change.text for place in moving):
            continue
        yield Fault(
            change.text, "sort the set, write the date, or use {{ ds }}", line=change.line, dag_id=change.dag_id
        )


@file_rule("AK218", "dag-not-serializable")
def dag_not_serializable(file: FileSubject) -> Iterator[Fault]:
    """Checks that the DAG processor can write the DAG to the database.

    ## Why it matters
    A DAG that cannot be serialized shows an import error in production, although the file imports well.

    ## How to fix it
    The message is Airflow's. Often a parameter or a value of `default_args` is an object that JSON does not know: use
    text, numbers, lists, dictionaries and dates. A timetable or a priority strategy of your own must be registered by a
    plugin in the `plugins` folder; those of Airflow's examples are, only with `[core] load_examples`.
    """
    for fault in file.facts.unserializable:
        hint = _REGISTER if "regist" in fault.text or "Unknown" in fault.text else "use text, numbers, lists and dates"
        yield Fault(fault.text, hint, line=fault.line, dag_id=fault.dag_id)


RULES: Final = (
    schedule_never_fires,
    moving_start_date,
    unbounded_catchup,
    misspelt_default_arg,
    time_limits_out_of_order,
    refused_by_airflow,
    changes_between_parses,
    dag_not_serializable,
)


@lru_cache(maxsize=1024)
def _fires(expression: str) -> bool:
    from croniter import croniter
    from croniter.croniter import CroniterBadCronError, CroniterBadDateError

    try:
        croniter(expression, datetime(2026, 1, 1, tzinfo=UTC)).get_next()
    except CroniterBadDateError:
        return False
    except CroniterBadCronError:
        return True  # Airflow refuses it by itself
    return True


def _written(duration: timedelta) -> str:
    """Return a duration as one would write it."""
    seconds = int(duration.total_seconds())
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds % length == 0:
            return f"timedelta({unit}={seconds // length})"
    return f"timedelta(seconds={seconds})"


def _is_now(date: Any) -> bool:
    return isinstance(date, datetime) and (bool(date.microsecond) or abs(time.time() - date.timestamp()) < _RECENT)


def _moving(date: Any) -> Fault:
    reason = f"its start date {date:%Y-%m-%d %H:%M:%S} is the time of the parse"
    return Fault(reason, hint="write a date: start_date=datetime(2026, 1, 1)")


def _misspelt(dag: DagSubject, place: str, defaults: Mapping[str, Any], tasks: Sequence[Any]) -> Iterator[Fault]:
    """Yield what no task takes of some defaults and what must be meant by it."""
    known = {name for task in tasks for name in _parameters(task)}
    for key in [key for key in defaults if key not in known] if known else []:
        if key in _parameters_of_dag(dag.dag.__class__):
            yield Fault(f"{place} has {key!r}, which is the DAG's and not its tasks'", hint=f"pass {key}= to the DAG")
        elif hint := did_you_mean(key, known.difference(defaults)):
            yield Fault(f"{place} has {key!r}, which no task knows", hint=hint)


@lru_cache(maxsize=8)
def _parameters_of_dag(dag: Any) -> frozenset[str]:
    return frozenset(signature(dag).parameters)


def _parameters(task: Any) -> frozenset[str]:
    return _parameters_of(operator_class(task))


@lru_cache(maxsize=1024)
def _parameters_of(operator: Any) -> frozenset[str]:
    """Return every keyword that an operator's class and its bases take."""
    inits = [vars(cls)["__init__"] for cls in operator.__mro__ if "__init__" in vars(cls)]
    return frozenset(name for init in inits for name in getattr(init, "_BaseOperatorMeta__param_names", ()))
