"""Says in one line why a pod failed, where Airflow's log has a screen of traceback."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import structlog

from airflowkit.errors import PodFailed
from airflowkit.local.events import TaskFailed

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

_SAID_ELSEWHERE: Final = ("Container '", "Pod Event: ")
"""How the operator's lines begin that repeat a pod's state and its events, which the run shows itself."""


def shorten_pod_failures(emit: Callable[[TaskFailed], None]) -> None:
    """Put a processor in front of Airflow's own log that turns a pod's failure into an event."""

    def processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        error = _exception(event.get("exc_info"))
        if isinstance(error, PodFailed):
            emit(TaskFailed(str(error)))
            raise structlog.DropEvent
        if str(event.get("event", "")).startswith(_SAID_ELSEWHERE):
            raise structlog.DropEvent
        return event

    structlog.configure(processors=[processor, *structlog.get_config()["processors"]])


def _exception(exc_info: object) -> object:
    """Return the exception that a log call names in any of the ways that it may."""
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return sys.exception() if exc_info is True else exc_info
