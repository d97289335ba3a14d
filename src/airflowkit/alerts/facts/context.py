"""Facts from a callback's context; whatever is missing makes the card shorter, and nothing makes it fail."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from airflowkit.alerts.facts import links
from airflowkit.alerts.facts.facts import Event, Facts, Mention
from airflowkit.alerts.facts.failures import failed_tasks, known_failure
from airflowkit.alerts.facts.recorder import diagnosis_in
from airflowkit.alerts.facts.run_state import previous_run_failed
from airflowkit.alerts.safety.lenient import look, number, text, time
from airflowkit.alerts.safety.log import log
from airflowkit.alerts.safety.text import one_line, presentable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflowkit.ignores import Mute

_NAME: Final = 250
"""Airflow's own limit for ids."""
_MESSAGE: Final = 1_000
_TRACEBACK: Final = 3_000
_MARKS: Final = re.compile(r"(?m)^[ ^~]+\n")
"""The lines that point at a part of the line above; they only work on a wide screen."""

_REASONS: Final = {
    "task_failure": "",
    "success": "",
    "all_tasks_deadlocked": "No task can run: each waits for one that will not finish (deadlock)",
    "timed_out": "The run took longer than its dagrun_timeout",
}
_UNTOLD: Final = "Airflow did not say which tasks failed"
_UNTOLD_OTHERS: Final = "Airflow did not say which other tasks failed"


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """What the DAG's author and `airflowkit.toml` add to a context.

    Attributes:
        environment: Which Airflow this is, such as PROD.
        owners: An owner's address by the owner's name.
        mentions: Who is always notified.
        runbook: A link; may contain `{dag_id}` and `{task_id}`.
        title: Replaces the card's first line.
        message: The author's own text.
        mutes: Whose failures make no card.
    """

    environment: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    runbook: str = ""
    title: str = ""
    message: str = ""
    mutes: tuple[Mute, ...] = ()


def event_of(context: Mapping[str, Any]) -> Event:
    """Return what happened, according to a context."""
    if look(context, "deadline") is not None:
        return Event.DEADLINE
    if is_of_run(context):
        return Event.SUCCESS if text(context, "reason") == "success" else Event.FAILURE
    state = text(context, "ti", "state")
    if state == "success":
        return Event.SUCCESS
    return Event.RETRY if _will_retry(context) else Event.FAILURE


def recovered(context: Mapping[str, Any]) -> bool:
    """Return whether a successful run follows a failed one, or was itself cleared."""
    if number(context, "dag_run", "clear_number"):
        return True
    logical_date = time(context, "dag_run", "logical_date")
    dag_id = _dag_id(context)
    try:
        return bool(logical_date and dag_id and previous_run_failed(dag_id, logical_date))
    except Exception as error:  # noqa: BLE001  Airflow may not answer; then it is unknown
        log.warning("airflowkit: cannot find out how the previous run ended (%s)", type(error).__name__)
        return False


def gather(context: Mapping[str, Any], event: Event, settings: AlertSettings, *, patience: float) -> Facts:
    """Return everything that is known; never raises for what a context lacks.

    Args:
        context: What Airflow passed to the callback.
        event: What to report.
        settings: What is added to the context.
        patience: Seconds for what Airflow has to be asked for.
    """
    of_run = event is Event.DEADLINE or is_of_run(context)
    facts = _of_run(context, event, patience) if of_run else _of_task(context, event)
    return replace(
        facts,
        mentions=_mentions(facts.owners, settings),
        runbook=_runbook(settings.runbook, facts),
        environment=one_line(settings.environment, 40),
        title=one_line(settings.title, _NAME),
        message=presentable(settings.message, _MESSAGE),
    )


def _of_task(context: Mapping[str, Any], event: Event) -> Facts:
    exception = look(context, "exception")
    task_id = text(context, "ti", "task_id")
    return replace(
        _of_either(context, event, look(context, "ti")),
        task_id=one_line(task_id, _NAME),
        map_index=_map_index(context),
        try_number=number(context, "ti", "try_number"),
        tries=_tries(context),
        will_retry=_will_retry(context) if event in {Event.FAILURE, Event.RETRY} else None,
        diagnosis=diagnosis_in(context) if exception is not None else None,
        traceback=_traceback(exception),
        owners=_owners(context, [task_id]),
        host=one_line(text(context, "ti", "hostname"), _NAME),
        log_url=links.log_url(context),
    )


def _of_run(context: Mapping[str, Any], event: Event, patience: float) -> Facts:
    dag_id, run_id = run_ids(context)
    told = failed_tasks(context, dag_id, run_id, patience) if event is Event.FAILURE else ((), 0)
    failed, not_run = told or (known_failure(context), 0)
    first = next(((task.task_id, next(iter(task.map_indexes), None)) for task in failed), None)
    return replace(
        _of_either(context, event, look(context, "dag_run")),
        failed=failed,
        others=told is None,
        not_run=not_run,
        reason=_reason(context) or ("" if told else _UNTOLD_OTHERS if failed else _UNTOLD),
        owners=_owners(context, [task.task_id for task in failed]),
        deadline=time(context, "deadline", "deadline_time"),
        log_url=links.task_log_url(dag_id, run_id, *first) if first else "",
    )


def _of_either(context: Mapping[str, Any], event: Event, timed: object) -> Facts:
    """Return the facts that a task and a run share; `timed` is the one whose start and end count."""
    dag_id, run_id = run_ids(context)
    started, ended = time(timed, "start_date"), time(timed, "end_date")
    return Facts(
        event=event,
        dag_id=one_line(dag_id, _NAME),
        run_id=one_line(run_id, _NAME),
        started=started,
        lasted=(ended or datetime.now(UTC)) - started if started else None,
        run_type=one_line(text(context, "dag_run", "run_type"), _NAME),
        logical_date=time(context, "dag_run", "logical_date"),
        run_url=links.run_url(dag_id, run_id),
    )


def minimal_facts(context: object, event: Event) -> Facts:
    """Return the minimum for a card, for when everything else failed."""
    return Facts(event=event, dag_id=one_line(_dag_id(context), _NAME), run_id=one_line(_run_id(context), _NAME))


def run_ids(context: object) -> tuple[str, str]:
    """Return the ids of the DAG and of its run; empty where the context does not say."""
    return _dag_id(context), _run_id(context)


def is_of_run(context: object) -> bool:
    """Return whether a context is that of a DAG-level callback or of a deadline."""
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
    """Return the number of tries. Airflow's `max_tries` counts retries, and is wrongly 0 after a trigger's failure."""
    tries, current = number(context, "ti", "max_tries"), number(context, "ti", "try_number")
    return None if tries is None or (current is not None and current > tries + 1) else tries + 1


def _will_retry(context: object) -> bool | None:
    """Return whether Airflow retries: a worker knows the next state, the DAG processor only the numbers."""
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
        frames = _MARKS.sub("", "".join(traceback.format_tb(exception.__traceback__)))
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
    # "airflow" is Airflow's default owner.
    return tuple(dict.fromkeys(one_line(name, 80) for name in names if name and name != "airflow"))


def _mentions(owners: Iterable[str], settings: AlertSettings) -> tuple[Mention, ...]:
    of_owners = (Mention(owner, settings.owners[owner]) for owner in owners if owner in settings.owners)
    return tuple(dict.fromkeys((*of_owners, *settings.mentions)))


def _runbook(template: str, facts: Facts) -> str:
    ids = {"{dag_id}": facts.dag_id, "{task_id}": facts.task_id}
    return links.absolute(reduce(lambda url, name: url.replace(name, quote(ids[name], safe="")), ids, template))
