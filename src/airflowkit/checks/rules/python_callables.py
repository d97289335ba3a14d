"""AK315: what the functions of Python tasks want of the context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit._airflow import context_names
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.python_callables import wanted
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.checks.model.run_dates import DATES, instead_in_function, undated_runs
from airflowkit.checks.moves.context import in_function

if TYPE_CHECKING:
    from collections.abc import Iterator


@task_rule("AK315", "context-without-key")
def context_without_key(task: TaskSubject) -> Iterator[Fault]:
    """Checks that Python functions get what they want of the context, in the runs that the DAG has.

    ## Why it matters
    Airflow fills in parameters that are called as something in the context, such as `ds` or `logical_date`. One that is
    not there is a TypeError, and `context["ds"]` is a KeyError, each time the task runs.

    In Airflow 3, a run that an asset or a partition starts has no logical date, and neither has one started by
    `airflow dags trigger` or by an API call without a date: there are no `ds`, `ts`, `logical_date`,
    `data_interval_start` and all others that depend on it. That is an error where the schedule starts such runs, and a
    warning where `schedule=None` leaves it to whoever starts them, or where the function may not get to that line.
    Names that Airflow 3 removed, such as `execution_date`, are in no run.

    ## How to fix it
    Take `dag_run`: `dag_run.run_after` is there in every run. Or give the parameter a default, or ask with
    `context.get("ds")`.
    """
    for it in wanted(task.task):
        if it.name in DATES and (undated := undated_runs(task.dag.timetable)):
            severity = Severity.ERROR if undated.regular and it.certain else Severity.WARNING
            message = f"{it.how}, which {undated.which} does not have"
            yield Fault(message, hint=instead_in_function(it.name, undated), severity=severity)
        elif it.name not in context_names() and (hint := in_function(it.name)):
            severity = Severity.ERROR if it.certain else Severity.WARNING
            yield Fault(f"{it.how}, which Airflow does not provide", hint=hint, severity=severity)


RULES: Final = (context_without_key,)
