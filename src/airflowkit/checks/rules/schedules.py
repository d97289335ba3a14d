"""AK211 to AK213: when a DAG runs."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import cron_expression, fixed_interval, limit
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import DagSubject, dag_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECENT: Final = timedelta(minutes=10).total_seconds()
_MANY_RUNS: Final = 16
"""Airflow's default of `max_active_runs`: nobody has limited the backfill."""
_LONG_AGO: Final = timedelta(days=90).total_seconds()


@dag_rule("AK211", "schedule-never-fires")
def schedule_never_fires(dag: DagSubject) -> Iterator[Fault]:
    """Checks that the schedule ever fires.

    ## Why it matters
    On 30 February, or with an end before the start, the DAG looks healthy and never runs.

    ## How to fix it
    Correct the cron expression or the dates.
    """
    expression = cron_expression(dag.dag.timetable)
    if expression and not _fires(expression):
        yield Fault(
            f"the schedule {expression!r} matches no date",
            hint='use a date that exists: schedule="0 3 1 * *" is the first of each month',
        )
    start, end = dag.dag.start_date, dag.dag.end_date
    if start and end and end <= start:
        yield Fault(
            f"ends ({end:%Y-%m-%d}) before it starts ({start:%Y-%m-%d})", hint="set a later end_date, or delete it"
        )


@dag_rule("AK212", "moving-start-date")
def moving_start_date(dag: DagSubject) -> Iterator[Fault]:
    """Checks that the start date is fixed.

    ## Why it matters
    `datetime.now()` changes at each parse: the DAG gets a new version every time, and may never run, because its first
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
    """Checks that a DAG with months to catch up on limits its concurrent runs.

    ## Why it matters
    When the DAG is unpaused, Airflow starts a run for each date since the start, 16 at a time, and takes the workers
    from everybody else.

    ## How to fix it
    Pass `catchup=False`, or limit the runs with `**dag_args("backfill")` or `max_active_runs=`.
    """
    start = dag.dag.start_date if dag.dag.catchup is True else None
    old = isinstance(start, datetime) and time.time() - start.timestamp() > _LONG_AGO
    periodic = cron_expression(dag.dag.timetable) or fixed_interval(dag.dag.timetable)
    at_a_time = limit(dag.dag, "max_active_runs")
    if old and periodic and at_a_time >= _MANY_RUNS:
        yield Fault(
            f"catches up since {start:%Y-%m-%d}, {at_a_time} runs at a time",
            hint='pass catchup=False or **dag_args("backfill")',
        )


RULES: Final = (
    schedule_never_fires,
    moving_start_date,
    unbounded_catchup,
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
        return True  # Airflow itself refuses it
    return True


def _is_now(date: Any) -> bool:
    return isinstance(date, datetime) and (bool(date.microsecond) or abs(time.time() - date.timestamp()) < _RECENT)


def _moving(date: Any) -> Fault:
    reason = f"its start date {date:%Y-%m-%d %H:%M:%S} is the time of the parse"
    return Fault(reason, hint="write a date: start_date=datetime(2026, 1, 1)")
