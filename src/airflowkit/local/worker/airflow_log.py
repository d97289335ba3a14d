"""Turns Airflow's log of a run into events: the start and end of a task, and in a few lines why it failed."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from airflowkit.errors import PodFailed
from airflowkit.local.process.events import Output, TaskEnded, TaskFailed, TaskRun, TaskStarted
from airflowkit.local.worker.refusal import RunRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    from airflowkit.local.process.events import Event
    from airflowkit.local.worker.stopping import Stopping

_REPEATED: Final = ("Container '", "Pod Event: ")
"""Prefixes of the operator's lines that repeat a pod's state and events, which the run shows anyway."""
_FAILED: Final = ("Task failed with exception", "Task exited", "[DAG TEST] Error running task", "Task failed; ti=")
_COMMANDS: Final = "airflow.task.hooks.airflow.providers.standard.hooks.subprocess.SubprocessHook"
"""The logger of what BashOperator's command prints."""
_MOST_LINES: Final = 30


@contextmanager
def emit_task_events(emit: Callable[[Event], None], stopping: Stopping) -> Iterator[TaskEventHandler]:
    """Emit an event when a task of `dag.test()` starts or ends; no more does once the run is stopped."""
    logger, handler = logging.getLogger("airflow.sdk.definitions.dag"), TaskEventHandler(emit, stopping)
    before = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


class TaskEventHandler(logging.Handler):
    """Turns what `dag.test()` logs about its tasks into events.

    Attributes:
        current: The id and the map index of the task that is running, or that ran last.
    """

    def __init__(self, emit: Callable[[Event], None], stopping: Stopping) -> None:
        super().__init__()
        self.current = ("", -1)
        self._write = emit
        self._stopping = stopping

    def emit(self, record: logging.LogRecord) -> None:
        """Emit an event for the start or end of a task; Airflow's message has its id and map index as arguments."""
        for prefix, event in (("[DAG TEST] starting task", TaskStarted), ("[DAG TEST] end task", TaskEnded)):
            if record.msg.startswith(prefix) and isinstance(record.args, tuple):
                self._stopping.stand_still_if_asked()
                task_id, map_index = record.args
                self.current = (str(task_id), int(str(map_index)))
                self._write(event(*self.current))


@contextmanager
def shorten_failures(emit: Callable[[Event], None], tasks: TaskEventHandler, stopping: Stopping) -> Iterator[None]:
    """Turn a task's failure in Airflow's log into an event, and what its commands print into output."""

    def processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        error, text = _exception(event.get("exc_info")), str(event.get("event", ""))
        if isinstance(error, BaseException):
            _get_past_airflow(error, stopping)
            if isinstance(error, PodFailed) or text.startswith(_FAILED):
                emit(TaskFailed(*tasks.current, *_told(error)))
                raise structlog.DropEvent
        if text.startswith(_REPEATED):
            raise structlog.DropEvent
        return event

    processors = structlog.get_config()["processors"]  # the list itself: loggers in use keep a reference to it
    processors.insert(0, processor)
    try:
        yield
    finally:
        processors.remove(processor)


@contextmanager
def show_commands(emit: Callable[[Event], None], tasks: TaskEventHandler) -> Iterator[None]:
    """Show what the commands of tasks without a pod print."""
    logger, handler = logging.getLogger(_COMMANDS), CommandOutput(emit, tasks)
    before = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


class CommandOutput(logging.Handler):
    """Shows what the command of a task without a pod prints: Airflow logs it on a level that a run does not show."""

    def __init__(self, emit: Callable[[Event], None], tasks: TaskEventHandler) -> None:
        super().__init__(logging.INFO)
        self._write = emit
        self._tasks = tasks
        self._begun = False

    def emit(self, record: logging.LogRecord) -> None:
        """Show a line; those between `Output:` and the end are the command's."""
        if record.msg == "Output:":
            self._begun = True
        elif self._begun and record.msg == "%s":
            label = TaskRun(*self._tasks.current, "", 0, 0).label
            self._write(Output(f"{label} | {record.getMessage()}"))
        else:
            self._begun = False


def _get_past_airflow(error: BaseException, stopping: Stopping) -> None:
    """Hold the main thread, or let a refusal through: Airflow logs what it takes for a failed try before it acts."""
    if threading.current_thread() is threading.main_thread():
        stopping.stand_still_if_asked()
    if isinstance(error, RunRefused):
        raise error


def _told(error: BaseException) -> tuple[str, list[str]]:
    """Return why a task failed, and the lines of the user's code that led there."""
    if isinstance(error, PodFailed):
        return str(error), []
    said = "".join(traceback.format_exception_only(error)).strip()
    return said, _own_lines(error)


def _own_lines(error: BaseException) -> list[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    earlier = [*_own_lines(cause), *traceback.format_exception_only(cause)] if cause else []
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_airflows(frame.filename)]
    lines = [line for text in [*earlier, *traceback.format_list(frames)] for line in text.rstrip().splitlines()]
    return lines[-_MOST_LINES:]


def _is_airflows(file: str) -> bool:
    parts = Path(file).parts
    return ("airflow" in parts and "site-packages" in parts) or "airflowkit" in parts


def _exception(exc_info: object) -> object:
    """Return the exception of a log call, whichever way it is passed."""
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return sys.exception() if exc_info is True else exc_info
