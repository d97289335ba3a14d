"""Facts from a context: whatever is missing makes the card shorter, nothing makes it fail."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from airflowkit.alerts import links
from airflowkit.alerts.facts import Event, Facts, FailedTask, Mention
from airflowkit.alerts.lenient import look, number, text, time
from airflowkit.alerts.recorder import diagnosis_of, restored
from airflowkit.alerts.redaction import log
from airflowkit.alerts.run_state import (
    FAILED,
    NOT_MAPPED,
    UPSTREAM_FAILED,
    left_behind,
    previous_run_failed,
    task_states,
)
from airflowkit.alerts.text import one_line, presentable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflowkit.alerts.run_state import TaskState
    from airflowkit.pods.diagnosis import Diagnosis

_NAME: Final = 250
"""Airflow's own limit for ids."""
_MESSAGE: Final = 1_000
_TRACEBACK: Final = 3_000
_ASKED_FOR: Final = 8
"""Failed tasks whose diagnosis is read: as many as a card lists."""
_READING: Final = 4.0
"""Seconds after which no further diagnosis is read; the card goes out with what there is."""

_REASONS: Final = {
    "task_failure": "",
    "success": "",
    "all_tasks_deadlocked": "No task can run any more: each waits for one that will not finish (deadlock)",
    "timed_out": "The run took longer than its dagrun_timeout",
}


@dataclass(frozen=True, slots=True)
class House:
    """What the author and `airflowkit.toml` add to a context.

    Attributes:
        environment: Which Airflow this is, such as PROD.
        owners: An owner's address by the owner's name.
        mentions: Who is always notified.
        runbook: A link; may hold `{dag_id}` and `{task_id}`.
        title: Replaces the card's first line.
        message: The author's own words.
    """

    environment: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    runbook: str = ""
    title: str = ""
    message: str = ""


def event_of(context: Mapping[str, Any]) -> Event:
    """Tell what happened, from a context."""
    if look(context, "deadline") is not None:
        return Event.DEADLINE
    if _is_of_run(context):
        return Event.SUCCESS if text(context, "reason") == "success" else Event.FAILURE
    state = text(context, "ti", "state")
    if state == "success":
        return Event.SUCCESS
    return Event.RETRY if _will_retry(context) else Event.FAILURE


def recovered(context: Mapping[str, Any]) -> bool:
    """Whether a run that succeeded follows a failed one, or was itself cleared and run again."""
    if number(context, "dag_run", "clear_number"):
        return True
    logical_date = time(context, "dag_run", "logical_date")
    dag_id = _dag_id(context)
    try:
        return bool(logical_date and dag_id and previous_run_failed(dag_id, logical_date))
    except Exception as error:  # noqa: BLE001  Airflow may not answer; then nobody knows
        log.warning("airflowkit: cannot tell how the run before ended (%s)", type(error).__name__)
        return False


def gather(context: Mapping[str, Any], event: Event, house: House) -> Facts:
    """Return all that is known of what happened; never raises for what a context lacks."""
    of_run = event is Event.DEADLINE or _is_of_run(context)
    failed, not_run = _failed_tasks(context) if of_run and event is Event.FAILURE else ((), 0)
    owners = _owners(context, [task.task_id for task in failed] or [text(context, "ti", "task_id")])
    started = time(context, "dag_run", "start_date") if of_run else time(context, "ti", "start_date")
    ended = time(context, "dag_run", "end_date") if of_run else time(context, "ti", "end_date")
    exception = look(context, "exception")
    task_id = "" if of_run else text(context, "ti", "task_id")
    dag_id = _dag_id(context)
    return Facts(
        event=event,
        dag_id=one_line(dag_id, _NAME),
        run_id=one_line(_run_id(context), _NAME),
        task_id=one_line(task_id, _NAME),
        map_index="" if of_run else _map_index(context),
        try_number=None if of_run else number(context, "ti", "try_number"),
        tries=None if of_run else _tries(context),
        will_retry=_will_retry(context) if not of_run and event in {Event.FAILURE, Event.RETRY} else None,
        diagnosis=diagnosis_of(exception) if exception is not None and not of_run else None,
        traceback=_traceback(exception),
        failed=failed,
        not_run=not_run,
        reason=_reason(context),
        owners=owners,
        mentions=_mentions(owners, house),
        started=started,
        lasted=(ended or datetime.now(UTC)) - started if started else None,
        deadline=time(context, "deadline", "deadline_time"),
        run_type=one_line(text(context, "dag_run", "run_type"), _NAME),
        logical_date=time(context, "dag_run", "logical_date"),
        host="" if of_run else one_line(text(context, "ti", "hostname"), _NAME),
        log_url=_first_log(context, failed) if of_run else links.log_url(context),
        run_url=links.run_url(dag_id, _run_id(context)),
        runbook=_runbook(house.runbook, dag_id, task_id),
        environment=one_line(house.environment, 40),
        title=one_line(house.title, _NAME),
        message=presentable(house.message, _MESSAGE),
    )


def minimal_facts(context: object, event: Event) -> Facts:
    """Return the least that a card needs, for when everything else went wrong."""
    return Facts(event=event, dag_id=one_line(_dag_id(context), _NAME), run_id=one_line(_run_id(context), _NAME))


def _is_of_run(context: object) -> bool:
    return look(context, "reason") is not None or look(context, "ti") is None


def _dag_id(context: object) -> str:
    places = (("ti", "dag_id"), ("dag", "dag_id"), ("dag_run", "dag_id"))
    return next((found for place in places if (found := text(context, *place))), "")


def _run_id(context: object) -> str:
    places = (("run_id",), ("ti", "run_id"), ("dag_run", "run_id"), ("dag_run", "dag_run_id"))
    return next((found for place in places if (found := text(context, *place))), "")


def _map_index(context: object) -> str:
    named = text(context, "ti", "rendered_map_index")
    index = number(context, "ti", "map_index")
    return one_line(named, 80) or (str(index) if index is not None and index >= 0 else "")


def _tries(context: object) -> int | None:
    """Airflow counts retries as `max_tries`; where a trigger failed, it sends 0 for want of the truth."""
    tries, current = number(context, "ti", "max_tries"), number(context, "ti", "try_number")
    return None if tries is None or (current is not None and current > tries + 1) else tries + 1


def _will_retry(context: object) -> bool | None:
    """The worker knows the next state; in the DAG processor only the numbers tell."""
    state = text(context, "ti", "state")
    if state:
        return state == "up_for_retry"
    tries, current = number(context, "ti", "max_tries"), number(context, "ti", "try_number")
    if tries is None or current is None:
        return None
    return current <= tries if tries or not number(context, "ti", "task", "retries") else None


def _traceback(exception: object) -> str:
    if not isinstance(exception, BaseException) or exception.__traceback__ is None:
        return ""
    try:
        frames = "".join(traceback.format_tb(exception.__traceback__))
        shown = presentable(frames, 10 * _TRACEBACK)
    except Exception:  # noqa: BLE001  a frame's source may be unreadable
        return ""
    return shown if len(shown) <= _TRACEBACK else f"…{shown[1 - _TRACEBACK :]}"


def _reason(context: object) -> str:
    reason = text(context, "reason")
    return _REASONS.get(reason, one_line(reason, _NAME))


def _owners(context: object, task_ids: Iterable[str]) -> tuple[str, ...]:
    tasks = look(context, "dag", "task_dict") or {}
    found = [text(tasks, task_id, "owner") for task_id in task_ids]
    if not any(found):
        found = [text(context, "ti", "task", "owner") or text(context, "dag", "owner")]
    names = (name.strip() for owner in found for name in owner.split(","))
    # "airflow" is the default of those who named nobody.
    return tuple(dict.fromkeys(one_line(name, 80) for name in names if name and name != "airflow"))


def _mentions(owners: Iterable[str], house: House) -> tuple[Mention, ...]:
    of_owners = (Mention(owner, house.owners[owner]) for owner in owners if owner in house.owners)
    return tuple(dict.fromkeys((*of_owners, *house.mentions)))


def _runbook(template: str, dag_id: str, task_id: str) -> str:
    return template.replace("{dag_id}", quote(dag_id, safe="")).replace("{task_id}", quote(task_id, safe=""))


def _first_log(context: object, failed: tuple[FailedTask, ...]) -> str:
    if not failed:
        return ""
    index = next(iter(failed[0].map_indexes), None)
    return links.task_log_url(_dag_id(context), _run_id(context), failed[0].task_id, index)


def _failed_tasks(context: Mapping[str, Any]) -> tuple[tuple[FailedTask, ...], int]:
    """Return a run's failed tasks, the mapped ones folded, and how many tasks never ran because of them."""
    dag_id, run_id = _dag_id(context), _run_id(context)
    task_ids = list(look(context, "dag", "task_dict") or ())
    try:
        states = task_states(dag_id, run_id, task_ids)
    except Exception as error:  # noqa: BLE001  an Airflow that does not answer costs the list, not the card
        log.warning("airflowkit: cannot read the states of run %s of %s (%s)", run_id, dag_id, type(error).__name__)
        return _known_failure(context), 0
    failed = [state for state in states if state.state == FAILED]
    until = monotonic() + _READING
    folded = [list(instances) for _, instances in groupby(failed, key=lambda state: state.task_id)]
    tasks = tuple(
        _failed_task(dag_id, run_id, instances, position < _ASKED_FOR and monotonic() < until)
        for position, instances in enumerate(folded)
    )
    return tasks, len({state.task_id for state in states if state.state == UPSTREAM_FAILED})


def _failed_task(dag_id: str, run_id: str, instances: list[TaskState], ask: bool) -> FailedTask:  # noqa: FBT001
    first = instances[0]
    return FailedTask(
        task_id=one_line(first.task_id, _NAME),
        map_indexes=tuple(state.map_index for state in instances if state.map_index != NOT_MAPPED),
        diagnosis=_left_behind(dag_id, run_id, first) if ask else None,
    )


def _left_behind(dag_id: str, run_id: str, state: TaskState) -> Diagnosis | None:
    try:
        return restored(left_behind(dag_id, run_id, state.task_id, state.map_index))
    except Exception as error:  # noqa: BLE001  the reason is missing then, and the card says so
        log.warning("airflowkit: cannot read why %s failed (%s)", state.task_id, type(error).__name__)
        return None


def _known_failure(context: object) -> tuple[FailedTask, ...]:
    """Return the failed task that a DAG-level context names, where Airflow does not tell the others."""
    task_id, index = text(context, "ti", "task_id"), number(context, "ti", "map_index")
    if not task_id or text(context, "reason") != "task_failure":
        return ()
    return (FailedTask(one_line(task_id, _NAME), (index,) if index is not None and index >= 0 else ()),)
