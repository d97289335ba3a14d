"""What a DAG says of other DAGs, and when it runs: distilled in the worker for rules over several files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit._airflow import cron_expression, fixed_interval
from airflowkit.checks.facts import Reference, Schedule
from airflowkit.checks.pods import argument, class_names, operator_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.checks.rule import DagSubject, TaskSubject


def schedule_of(dag: Any) -> Schedule:
    """Return when a DAG runs."""
    timetable = dag.timetable
    kind = type(timetable).__name__
    if kind in {"CronTriggerTimetable", "CronDataIntervalTimetable"}:
        zone = getattr(timetable, "timezone", None) or getattr(timetable, "_timezone", "")
        return Schedule("cron", cron_expression(timetable), str(getattr(zone, "name", zone)))
    return Schedule("none" if kind == "NullTimetable" else "delta" if fixed_interval(timetable) else "other")


def references_of(dag: DagSubject) -> Iterator[Reference]:
    """Yield the other DAGs that a DAG's tasks wait for or start."""
    for task in dag.tasks:
        names = class_names(operator_class(task.task))
        if "ExternalTaskSensor" in names:
            yield from _awaited(task)
        elif "TriggerDagRunOperator" in names:
            target = argument(task.task, "trigger_dag_id")
            if isinstance(target, str):
                yield Reference(task.task.task_id, task.line, starts=True, dag_id=target)


def _awaited(task: TaskSubject) -> Iterator[Reference]:
    sensor = task.task
    target = argument(sensor, "external_dag_id")
    if not isinstance(target, str):
        return
    delta = argument(sensor, "execution_delta")
    by_function = argument(sensor, "execution_date_fn") is not None
    named = argument(sensor, "external_task_ids") or ()
    yield Reference(
        task_id=sensor.task_id,
        line=task.line,
        starts=False,
        dag_id=target,
        task_ids=tuple(name for name in named if isinstance(name, str)) if not isinstance(named, str) else (),
        group_id=argument(sensor, "external_task_group_id"),
        seconds=None if by_function else delta.total_seconds() if delta else 0.0,
    )
