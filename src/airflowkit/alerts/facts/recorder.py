"""The reason of a failure, pushed to where the run's alert reads it.

Airflow calls a DAG-level callback in the DAG processor, without an exception. A task's failure callback has one:
`record_failure`, which the presets add to `default_args`, pushes it as an XCom. A `pod_task` pushes its own diagnosis.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from airflowkit.alerts.safety.lenient import look, number, text
from airflowkit.alerts.safety.log import log
from airflowkit.alerts.safety.text import one_line, presentable
from airflowkit.causes import known_code
from airflowkit.errors import PodFailed, chain, message_of
from airflowkit.pods.diagnostics.diagnosis import XCOM_KEY, Diagnosis, Tries
from airflowkit.pods.diagnostics.errors import code_of
from airflowkit.pods.diagnostics.tries import with_tries

if TYPE_CHECKING:
    from collections.abc import Mapping

_REASON: Final = 500
_HINTS: Final = 300
_LOG_LINES: Final = 10
_LOG_LINE: Final = 200
_NAME: Final = 63
"""Kubernetes' limit for the name of a container."""


def record_failure(context: Mapping[str, Any]) -> None:
    """Push why a task failed as an XCom, redacted, so that the alert of the run can say it. Never raises.

    `default_args(...)` adds it to `on_failure_callback`. Where a task sets its own callback, list both:

    Examples:
        >>> on_failure_callback = [record_failure, print]

    Args:
        context: The context that Airflow passes to a callback.
    """
    try:
        exception = look(context, "exception")
        if exception is None or isinstance(exception, PodFailed):
            return
        push = look(context, "ti", "xcom_push")
        push(key=XCOM_KEY, value=diagnosis_in(context).to_xcom())
    except Exception as error:  # noqa: BLE001  the task's own failure is what counts
        log.warning("airflowkit: could not push why the task failed (%s)", type(error).__name__)


def diagnosis_in(context: Mapping[str, Any]) -> Diagnosis:
    """Return why a task failed, how often it was tried, and whether its retry policy ended it, from a context."""
    exception = look(context, "exception")
    found = diagnosis_of(exception)
    if isinstance(exception, PodFailed):  # it says that itself
        return found
    tries = {name: number(context, "ti", name) for name in ("try_number", "max_tries")}
    return _bounded(with_tries(found, look(context, "ti", "task", "retry_policy"), SimpleNamespace(**tries)))


def diagnosis_of(exception: object) -> Diagnosis:
    """Return why a task failed, from its exception: redacted and bounded."""
    links = chain(exception, lambda link: look(link, "__cause__") or look(link, "__context__"))
    found = next((held for link in links if isinstance(held := look(link, "diagnosis"), Diagnosis)), None)
    if found is not None:
        return _bounded(found)
    if isinstance(exception, PodFailed):
        return _bounded(Diagnosis(str(exception).partition("\n")[0]))
    return _bounded(Diagnosis(_summary(exception), code=code_of(exception)))


def restored(value: Mapping[str, Any] | None) -> Diagnosis | None:
    """Return a pushed diagnosis, or None if it is not one. Any task may push it, so its text is not trusted."""
    reason = text(value, "reason")
    lines = look(value, "log_tail")
    found = Diagnosis(
        reason,
        text(value, "hint"),
        tuple(lines) if isinstance(lines, list | tuple) else (),
        known_code(text(value, "code")),  # older versions pushed none
        text(value, "container"),
        number(value, "exit_code"),
        _tries(value),
    )
    return _bounded(found) if reason else None


def _tries(value: Mapping[str, Any] | None) -> Tries | None:
    used, saved = number(value, "tries", "used"), number(value, "tries", "saved")
    return Tries(used, max(saved or 0, 0)) if used and used > 0 else None


def _bounded(diagnosis: Diagnosis) -> Diagnosis:
    return replace(
        diagnosis,
        reason=presentable(diagnosis.reason, _REASON),
        hint=one_line(diagnosis.hint, _HINTS),
        log_tail=tuple(presentable(line, _LOG_LINE) for line in diagnosis.log_tail[-_LOG_LINES:]),
        container=one_line(diagnosis.container, _NAME),
    )


def _summary(exception: object) -> str:
    """Return `Type: message`, without the pod that the provider appends."""
    if not isinstance(exception, BaseException):
        return message_of(exception)
    message = message_of(exception).partition("\nremote_pod:")[0].strip()
    name = type(exception).__name__
    return f"{name}: {message}" if message else name
