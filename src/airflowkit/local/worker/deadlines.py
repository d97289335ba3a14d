"""The deadlines of a run. In production the scheduler watches them, and a triggerer calls what is to be called."""

from __future__ import annotations

import asyncio
import inspect
import threading
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from airflowkit.local.process.events import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from airflowkit.local.worker.start import Start
    from airflowkit.local.worker.worker import Emit


_CALLBACK: Final = 10.0
"""Seconds for a callback that is under way at the end of the run."""


def take_deadlines(dag: Any) -> list[Any]:
    """Take a DAG's deadline alerts away: `dag.test()` takes their definitions for rows of the database, and fails."""
    given = getattr(dag, "deadline", None)
    if given:
        dag.deadline = None
    return list(given) if isinstance(given, (list, tuple)) else [given] if given else []


@contextmanager
def watched_deadlines(alerts: Sequence[Any], dag_id: str, start: Start, emit: Emit) -> Iterator[None]:
    """Call a DAG's deadline alerts if its run is not over in time."""
    timers = [timer for alert in alerts if (timer := _timer(dag_id, alert, start, emit))]
    for timer in timers:
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()  # which does nothing to one that has begun
            timer.join(_CALLBACK)


def _timer(dag_id: str, alert: Any, start: Start, emit: Emit) -> threading.Timer | None:
    now = _now()
    began = _reference(alert.reference, start, now)
    if began is None or not isinstance(alert.interval, timedelta):
        emit(Notice(f"a deadline is not watched: {_unknown(alert)}"))
        return None
    due = began + alert.interval
    context = {"dag_run": {"dag_id": dag_id}, "deadline": {"deadline_time": due.isoformat()}}
    seconds = max((due - now).total_seconds(), 0)
    timer = threading.Timer(seconds, _call, (alert.callback, context, due, emit))
    timer.daemon = True
    return timer


def _unknown(alert: Any) -> str:
    """Return why a deadline is not known."""
    if not isinstance(alert.interval, timedelta):
        return f"only the deployment knows its interval, a {type(alert.interval).__name__}"
    match type(alert.reference).__name__:
        case "AverageRuntimeDeadline":
            return f"it needs the average of {alert.reference.min_runs} runs, and here there is one"
        case "DagRunLogicalDateDeadline":
            return "the run has no logical date"
        case name:
            return f"only the deployment knows when {name} begins"


def _reference(reference: Any, start: Start, now: datetime) -> datetime | None:
    match type(reference).__name__:
        case "DagRunQueuedAtDeadline":
            return now
        case "DagRunLogicalDateDeadline":
            return start.logical_date
        case "FixedDatetimeDeadline":
            fixed: datetime = reference._datetime  # noqa: SLF001  it has no public name
            return fixed
        case _:
            return None


def _call(callback: Any, context: dict[str, Any], due: datetime, emit: Emit) -> None:
    emit(Notice(f"the deadline of {due:%Y-%m-%d %H:%M:%S %Z} has passed: {callback.path} is called"))
    try:
        module, _, name = callback.path.rpartition(".")
        function = getattr(import_module(module), name)
        takes = inspect.signature(function).parameters
        extra = {"context": context} if "context" in takes or _has_keywords(takes) else {}
        result = function(**callback.kwargs, **extra)
        if inspect.isawaitable(result):
            asyncio.run(_awaited(result))
    except Exception as error:  # noqa: BLE001  the user's own
        emit(Notice(f"the deadline's callback {callback.path} failed: {type(error).__name__}: {error}"))


def _has_keywords(takes: Any) -> bool:
    return any(each.kind is inspect.Parameter.VAR_KEYWORD for each in takes.values())


async def _awaited(result: Any) -> None:
    await result


def _now() -> datetime:
    from airflow.sdk import timezone

    now: datetime = timezone.utcnow()
    return now
