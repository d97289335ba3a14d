"""AK320 to AK323: tasks that wait for other DAGs, or trigger them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault
from airflowkit.checks.model.rule import FolderSubject, folder_rule
from airflowkit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.model.facts import DagFacts, Reference, Schedule

_RUNS: Final = 400
"""How many runs are compared: more than a year of daily ones."""


@folder_rule("AK320", "external-dag-missing")
def external_dag_missing(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the DAG that a sensor waits for exists.

    ## Why it matters
    An `ExternalTaskSensor` on a DAG that was renamed waits until it times out, by default after seven days.

    ## How to fix it
    Use the current id of the DAG. If it is in another repository, name it, or a pattern, in the settings:
    `[check] external_dags = ["sales_*"]`. Nothing is said while a file cannot be imported: it may define the DAG.
    """
    yield from _missing_dags(folder, "waits for", starts=False)


@folder_rule("AK321", "external-task-missing")
def external_task_missing(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the task or task group that a sensor waits for exists.

    ## Why it matters
    The sensor waits, until it times out, for a task that no run will ever have.

    ## How to fix it
    Use the full id of the task, with its groups: `group.task`.
    """
    for link in _links(folder):
        reference, target = link.reference, link.target
        if target is None or reference.starts:
            continue
        named = dict.fromkeys(reference.task_ids, target.task_ids)
        named |= {reference.group_id: target.group_ids} if reference.group_id else {}
        for name, known in named.items():
            if "{{" not in name and name not in known:
                hint = did_you_mean(name, known) or "use the id of a task of that DAG"
                yield link.fault(f"waits for {target.dag_id}.{name}, which does not exist", hint)


@folder_rule("AK322", "schedules-never-meet")
def schedules_never_meet(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that a sensor waits for a run that the other DAG really has.

    ## Why it matters
    An `ExternalTaskSensor` waits for the run with exactly its own logical date, minus `execution_delta`. A DAG at 3:00
    that waits for one at 2:00 without `execution_delta=timedelta(hours=1)` waits in vain, every day.

    ## How to fix it
    Pass the difference between the two schedules as `execution_delta`, or schedule on assets instead.
    """
    for link in _links(folder):
        ours, seconds, target = link.dag.schedule, link.reference.seconds, link.target
        if target is None or link.reference.starts or seconds is None or not ours or not target.schedule:
            continue
        if reason := _never_meet(ours, target.schedule, seconds):
            yield link.fault(f"waits for {target.dag_id}, {reason}", _delta(ours, target.schedule))


@folder_rule("AK323", "triggered-dag-missing")
def triggered_dag_missing(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the DAG that a task triggers exists.

    ## Why it matters
    `TriggerDagRunOperator` fails with DagNotFound, after all upstream tasks have run.

    ## How to fix it
    Use the current id of the DAG. If it is in another repository, name it, or a pattern, in the settings:
    `[check] external_dags = ["sales_*"]`. Nothing is said while a file cannot be imported: it may define the DAG.
    """
    yield from _missing_dags(folder, "triggers", starts=True)


RULES: Final = (
    external_dag_missing,
    external_task_missing,
    schedules_never_meet,
    triggered_dag_missing,
)


@dataclass(frozen=True, slots=True)
class _Link:
    """A reference of a task to another DAG.

    Attributes:
        path: The file of the task.
        dag: The DAG of the task.
        reference: What it refers to.
        target: The DAG that it refers to, if that exists.
    """

    path: str
    dag: DagFacts
    reference: Reference
    target: DagFacts | None

    def fault(self, message: str, hint: str) -> Fault:
        task_id, line = self.reference.task_id, self.reference.line
        return Fault(message, hint, line=line, task_id=task_id, dag_id=self.dag.dag_id, path=self.path)


def _links(folder: FolderSubject) -> Iterator[_Link]:
    known = {dag.dag_id: dag for file in folder.files for dag in file.dags}
    for file in folder.files:
        for dag in file.dags:
            for reference in dag.references:
                yield _Link(file.path, dag, reference, known.get(reference.dag_id))


def _missing_dags(folder: FolderSubject, verb: str, *, starts: bool) -> Iterator[Fault]:
    if any(file.hides_dags for file in folder.files):
        return  # what they define is not known
    known = [dag.dag_id for file in folder.files for dag in file.dags]
    elsewhere = folder.options.external_dags
    for link in _links(folder):
        dag_id = link.reference.dag_id
        if link.target is None and link.reference.starts is starts and not _is_elsewhere(dag_id, elsewhere):
            hint = (
                did_you_mean(dag_id, known) or "use the id of a DAG in this folder, or name it in [check] external_dags"
            )
            yield link.fault(f"{verb} the DAG {dag_id!r}, which does not exist", hint)


def _is_elsewhere(dag_id: str, patterns: Iterable[str]) -> bool:
    """Return whether a DAG may be in another repository, or is known only when the task runs."""
    return "{{" in dag_id or any(fnmatchcase(dag_id, pattern) for pattern in patterns)


def _never_meet(ours: Schedule, other: Schedule, seconds: float) -> str:
    """Return why the other DAG never has the run that is waited for, or an empty string."""
    if ours.kind == "cron" and other.kind == "none":
        return "which has no schedule: the logical date of its runs is the time of their start"
    if ours.kind != "cron" or other.kind != "cron" or ours.timezone != other.timezone:
        return ""
    theirs = set(_dates(other.cron))
    awaited = [date - timedelta(seconds=seconds) for date in _dates(ours.cron)]
    within = [date for date in awaited if theirs and min(theirs) <= date <= max(theirs)]
    if within and not theirs.intersection(within):
        return f"whose schedule {other.cron!r} has no run at the dates of {ours.cron!r}"
    return ""


def _delta(ours: Schedule, other: Schedule) -> str:
    """Return what to pass so that the two schedules meet."""
    if ours.kind != "cron" or other.kind != "cron":
        return "wait for an asset that the other DAG produces, or give it a schedule"
    theirs = _dates(other.cron)
    places = ((date, bisect_right(theirs, date)) for date in _dates(ours.cron) if date < theirs[-1])
    apart = {date - theirs[place - 1] for date, place in places if place}
    if len(apart) != 1:
        return "compute the other run's date in execution_date_fn, or schedule on assets instead"
    return f"pass execution_delta=timedelta(minutes={apart.pop() // timedelta(minutes=1)})"


@lru_cache(maxsize=256)
def _dates(expression: str) -> tuple[datetime, ...]:
    from croniter import croniter

    dates = croniter(expression, datetime(2026, 1, 1, tzinfo=UTC))
    return tuple(dates.get_next(datetime) for _ in range(_RUNS))
