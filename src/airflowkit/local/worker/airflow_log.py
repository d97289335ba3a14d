"""Turns Airflow's log of a run into events: the start and end of a task, and in a few lines why it failed."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from airflowkit.errors import PodFailed
from airflowkit.local.process.events import Output, TaskEnded, TaskFailed, TaskRun, TaskStarted
from airflowkit.local.worker.failure import PACKAGES, reason_and_lines
from airflowkit.local.worker.refusal import RunRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping

    from airflowkit.local.process.events import Event
    from airflowkit.local.worker.stopping import Stopping

_REPEATED: Final = (
    *("Container '", "Pod Event: ", "Exception when attempting to create Namespaced Pod"),
    "DagRun finished with failed state",
)
"""Prefixes of operators' lines that repeat what the run shows anyway: a pod's state and events, an error."""
_EACH_RETRY: Final = "from task state store no longer exists"
"""What the operator says of the pod of the try before, which it has deleted itself (Airflow 3.3)."""
_WITHOUT_EXCEPTION: Final = "Dag Run already exists, marking task as failed"
_FAILED: Final = ("Task failed with exception", "Task exited")
_ESCAPED: Final = "[DAG TEST] Error running task"
"""Logged of an exception that leaves Airflow's own handling: before 3.3 what a TriggerDagRunOperator fails with."""
_COMMANDS: Final = "SubprocessHook"
"""The logger of what BashOperator's command prints, by the end of its name; see `airflow_home`."""


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
        prefix: What precedes the ids of the tasks; empty for those of the DAG that was asked for.
    """

    def __init__(self, emit: Callable[[Event], None], stopping: Stopping) -> None:
        super().__init__()
        self.current = ("", -1)
        self.prefix = ""
        self._write = emit
        self._stopping = stopping

    def emit(self, record: logging.LogRecord) -> None:
        """Emit an event for the start or end of a task; Airflow's message has its id and map index as arguments."""
        if record.msg.startswith(_ESCAPED) and isinstance(error := _exception(record.exc_info), BaseException):
            self._write(TaskFailed(*self.current, *reason_and_lines(_behind(error))))
        for prefix, event in (("[DAG TEST] starting task", TaskStarted), ("[DAG TEST] end task", TaskEnded)):
            if record.msg.startswith(prefix) and isinstance(record.args, tuple):
                self._stopping.stand_still_if_asked()
                task_id, map_index = record.args
                self.current = (f"{self.prefix}{task_id}", int(str(map_index)))
                self._write(event(*self.current))

    @contextmanager
    def of_other_dag(self, prefix: str) -> Iterator[None]:
        """Give the tasks of another DAG a prefix, while the current one waits for them."""
        before = self.current, self.prefix
        self.prefix = prefix
        try:
            yield
        finally:
            self.current, self.prefix = before


@contextmanager
def shorten(
    emit: Callable[[Event], None], tasks: TaskEventHandler, stopping: Stopping, *, verbose: bool
) -> Iterator[None]:
    """Turn a task's failure in Airflow's log into an event, and what its commands print into output.

    Args:
        emit: Called with each event.
        tasks: Knows the current task.
        stopping: Whether the run was asked to end.
        verbose: Whether to leave Airflow's log as it is.
    """
    commands = _Commands()

    def processor(logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        error, text = _exception(event.get("exc_info")), str(event.get("event", ""))
        if isinstance(error, BaseException):
            _get_past_airflow(error, stopping)
        if verbose:
            return event
        if isinstance(error, BaseException) and (isinstance(error, PodFailed) or text.startswith(_FAILED)):
            emit(TaskFailed(*tasks.current, *reason_and_lines(error)))
        elif text.startswith(_WITHOUT_EXCEPTION):
            emit(TaskFailed(*tasks.current, f"DAG {event.get('dag_id')!r} has a run of that id or date already"))
        elif str(getattr(logger, "name", "")).endswith(_COMMANDS):
            if commands.prints(text):
                emit(Output(f"{TaskRun(*tasks.current, '', 0, 0).label} | {text}"))
        elif not (text.startswith(_REPEATED) or _EACH_RETRY in text or _only_for_its_authors(event)):
            return event
        raise structlog.DropEvent

    processors = structlog.get_config()["processors"]  # the list itself: loggers in use keep a reference to it
    processors.insert(0, processor)
    try:
        yield
    finally:
        processors.remove(processor)


class _Commands:
    """Tells what a command prints from what Airflow says about it."""

    def __init__(self) -> None:
        self._printing = False

    def prints(self, text: str) -> bool:
        if text.startswith("Command exited with return code"):
            self._printing = False
        before, self._printing = self._printing, self._printing or text == "Output:"
        return before


def _only_for_its_authors(event: Mapping[str, Any]) -> bool:
    """Return whether it is a deprecation in an installed package: the user cannot write that code otherwise."""
    deprecated = str(event.get("category", "")).endswith("DeprecationWarning")
    return deprecated and not PACKAGES.isdisjoint(Path(str(event.get("filename", ""))).parts)


def _get_past_airflow(error: BaseException, stopping: Stopping) -> None:
    """Hold the main thread, or let a refusal through: Airflow logs what it takes for a failed try before it acts."""
    if threading.current_thread() is threading.main_thread():
        stopping.stand_still_if_asked()
    if isinstance(error, RunRefused):
        raise error


def _behind(error: BaseException) -> BaseException:
    """Return what a task failed with: on its way out Airflow 3.1 and 3.2 read a state that they have not set."""
    return error.__context__ or error if isinstance(error, UnboundLocalError) else error


def _exception(exc_info: object) -> object:
    """Return the exception of a log call, whichever way it is passed."""
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return sys.exception() if exc_info is True else exc_info
