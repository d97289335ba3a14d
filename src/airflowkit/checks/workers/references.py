"""When a DAG runs, and which other DAGs it refers to: extracted in the worker for rules over several files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import cron_expression, fixed_interval
from airflowkit.checks.model.facts import Reference, Schedule
from airflowkit.checks.model.pod_view import MOST_ELEMENTS, class_names, operator_class
from airflowkit.pods.expansion import elements, is_mapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from airflowkit.checks.model.rule import DagSubject, TaskSubject

_STARTED: Final = ("trigger_dag_id",)
_AWAITED: Final = (
    "external_dag_id",
    "external_task_id",
    "external_task_ids",
    "external_task_group_id",
    "execution_delta",
    "execution_date_fn",
)


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
            yield from dict.fromkeys(it for given in _given(task.task, _AWAITED) if (it := _awaited(task, given)))
        elif "TriggerDagRunOperator" in names:
            named = (given["trigger_dag_id"] for given in _given(task.task, _STARTED))
            for target in dict.fromkeys(name for name in named if isinstance(name, str)):
                yield Reference(task.task.task_id, task.line, starts=True, dag_id=target)


def _given(task: Any, names: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield some of a task's arguments; of a mapped task, those of each element that is known."""
    if not is_mapped(task):
        yield {name: getattr(task, name, None) for name in names}
        return
    from airflowkit.pods.schema.jinja import RUNTIME  # noqa: PLC0415  few DAGs have mapped tasks of these kinds

    for element in islice(elements(task), MOST_ELEMENTS):
        unknown = dict.fromkeys(element.unknown, RUNTIME)
        yield dict.fromkeys(names) | unknown | task.partial_kwargs | element.keywords


def _awaited(task: TaskSubject, given: Mapping[str, Any]) -> Reference | None:
    target = given["external_dag_id"]
    if not isinstance(target, str):
        return None
    delta = given["execution_delta"]
    exact = given["execution_date_fn"] is None and (delta is None or isinstance(delta, timedelta))
    named = given["external_task_ids"] or [given["external_task_id"]]
    group = given["external_task_group_id"]
    return Reference(
        task_id=task.task.task_id,
        line=task.line,
        starts=False,
        dag_id=target,
        task_ids=tuple(name for name in named if isinstance(name, str)) if isinstance(named, Collection) else (),
        group_id=group if isinstance(group, str) else None,
        seconds=(delta.total_seconds() if delta else 0.0) if exact else None,
    )
