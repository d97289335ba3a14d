"""Turns Airflow's log of a run into events: the start and end of a task, and in one line why a pod failed."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import structlog

from airflowkit.errors import PodFailed
from airflowkit.local.process.events import TaskEnded, TaskFailed, TaskStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    from airflowkit.local.process.events import Event
    from airflowkit.local.worker.stopping import Stopping

_REPEATED: Final = ("Container '", "Pod Event: ")
"""Prefixes of the operator's lines that repeat a pod's state and events, which the run shows anyway."""


@contextmanager
def emit_task_events(emit: Callable[[Event], None], stopping: Stopping) -> Iterator[None]:
    """Emit an event when a task of `dag.test()` starts or ends; no more does once the run is stopped."""
    logger, handler = logging.getLogger("airflow.sdk.definitions.dag"), TaskEventHandler(emit, stopping)
    before = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


class TaskEventHandler(logging.Handler):
    """Turns what `dag.test()` logs about its tasks into events."""

    def __init__(self, emit: Callable[[Event], None], stopping: Stopping) -> None:
        super().__init__()
        self._write = emit
        self._stopping = stopping

    def emit(self, record: logging.LogRecord) -> None:
        """Emit an event for the start or end of a task; Airflow's message has its id and map index as arguments."""
        for prefix, event in (("[DAG TEST] starting task", TaskStarted), ("[DAG TEST] end task", TaskEnded)):
            if record.msg.startswith(prefix) and isinstance(record.args, tuple):
                self._stopping.stand_still_if_asked()
                task_id, map_index = record.args
                self._write(event(str(task_id), int(str(map_index))))


@contextmanager
def shorten_pod_failures(emit: Callable[[Event], None], stopping: Stopping) -> Iterator[None]:
    """Turn a pod's failure in Airflow's log into an event."""

    def processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        error = _exception(event.get("exc_info"))
        if error is not None and threading.current_thread() is threading.main_thread():
            stopping.stand_still_if_asked()
        if isinstance(error, PodFailed):
            emit(TaskFailed(str(error)))
            raise structlog.DropEvent
        if str(event.get("event", "")).startswith(_REPEATED):
            raise structlog.DropEvent
        return event

    processors = structlog.get_config()["processors"]  # the list itself: loggers in use keep a reference to it
    processors.insert(0, processor)
    try:
        yield
    finally:
        processors.remove(processor)


def _exception(exc_info: object) -> object:
    """Return the exception of a log call, whichever way it is passed."""
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return sys.exception() if exc_info is True else exc_info
