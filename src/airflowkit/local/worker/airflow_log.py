"""Turns what Airflow logs of a run into events: a task's begin and end, and in one line why a pod failed."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import structlog

from airflowkit.errors import PodFailed
from airflowkit.local.process.events import TaskEnded, TaskFailed, TaskStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    from airflowkit.local.process.events import Event

_SAID_ELSEWHERE: Final = ("Container '", "Pod Event: ")
"""How the operator's lines begin that repeat a pod's state and its events, which the run shows itself."""


@contextmanager
def emit_task_events(emit: Callable[[Event], None]) -> Iterator[None]:
    """Have `dag.test()` announce its tasks."""
    logger, announcer = logging.getLogger("airflow.sdk.definitions.dag"), Announcer(emit)
    before = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(announcer)
    try:
        yield
    finally:
        logger.removeHandler(announcer)
        logger.setLevel(before[0])
        logger.propagate = before[1]


class Announcer(logging.Handler):
    """Turns what `dag.test()` logs about its tasks into events."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        super().__init__()
        self._write = emit

    def emit(self, record: logging.LogRecord) -> None:
        """Write an event for a task's begin or end; Airflow's message carries both its id and its index."""
        for beginning, event in (("[DAG TEST] starting task", TaskStarted), ("[DAG TEST] end task", TaskEnded)):
            if record.msg.startswith(beginning) and isinstance(record.args, tuple):
                task_id, map_index = record.args
                self._write(event(str(task_id), int(str(map_index))))


@contextmanager
def short_pod_failures(emit: Callable[[Event], None]) -> Iterator[None]:
    """Put a processor in front of Airflow's own log that turns a pod's failure into an event."""

    def processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        error = _exception(event.get("exc_info"))
        if isinstance(error, PodFailed):
            emit(TaskFailed(str(error)))
            raise structlog.DropEvent
        if str(event.get("event", "")).startswith(_SAID_ELSEWHERE):
            raise structlog.DropEvent
        return event

    processors = structlog.get_config()["processors"]  # the list itself: loggers that were used before keep it
    processors.insert(0, processor)
    try:
        yield
    finally:
        processors.remove(processor)


def _exception(exc_info: object) -> object:
    """Return the exception that a log call names in any of the ways that it may."""
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return sys.exception() if exc_info is True else exc_info
