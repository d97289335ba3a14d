"""How a task's run ended, seen from Airflow: by an error, a timeout, or a user."""

from __future__ import annotations

import re
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from airflow.providers.cncf.kubernetes.utils.pod_manager import (
    PodLaunchFailedException,
    PodLaunchTimeoutException,
    PodNotFoundException,
)
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowTaskTimeout
from kubernetes.client.exceptions import ApiException

from airflowkit.errors import PodFailed
from airflowkit.pods.diagnostics.diagnosis import XCOM_KEY, Diagnosis, Interruption
from airflowkit.pods.diagnostics.errors import error_cause, trigger_cause

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.causes import Cause

_SAY_LESS_THAN_THE_POD: Final = (PodLaunchFailedException, PodLaunchTimeoutException, PodNotFoundException)
_DEADLINE_OF_TRIGGER: Final = "execution_timeout deadline"
"""Words of the provider's trigger, which reports the task's own timeout as a start timeout."""
_MISSED_THE_POD: Final = re.compile(r"\(404\)")
"""How an ApiException begins that says no more than that the pod is gone."""


class FinalPodFailed(PodFailed, AirflowFailException):  # type: ignore[misc]  # Airflow's class is untyped here
    """A pod failed and is not tried again: `retry_policy` says so, which Airflow before 3.3 does not ask."""


def interruption_of(error: BaseException, event: Mapping[str, Any]) -> Interruption | None:
    """Return what ended the run from Airflow's side, if something did.

    Args:
        error: What `execute` or `trigger_reentry` raised.
        event: The trigger's event, if there was one.
    """
    if isinstance(error, AirflowTaskTimeout) or _DEADLINE_OF_TRIGGER in event.get("message", ""):
        return Interruption.TIMED_OUT
    return None


def error_summary(error: BaseException, event: Mapping[str, Any]) -> Cause | None:
    """Return what an error says that the pod does not: None for the provider's summaries of a dead pod.

    Args:
        error: What `execute` or `trigger_reentry` raised.
        event: The trigger's event, if there was one.
    """
    if isinstance(error, (*_SAY_LESS_THAN_THE_POD, AirflowTaskTimeout)) or event.get("status") == "timeout":
        return None
    if type(error) is AirflowException:  # "Pod … returned a failure", or the trigger's event once more
        return None
    return error_cause(error)


def trigger_error(event: Mapping[str, Any]) -> Cause | None:
    """Return what a trigger's event says of an error of its own, or None.

    Args:
        event: The trigger's event, if there was one.
    """
    failed = event.get("status") == "error" and not _MISSED_THE_POD.match(event["message"])
    return trigger_cause(event["message"]) if failed else None


def may_have_made_a_pod(error: BaseException) -> bool:
    """Return whether the API server may have created the pod although the call for it failed."""
    if not isinstance(error, ApiException):
        return True
    status = error.status or HTTPStatus.INTERNAL_SERVER_ERROR
    return bool(status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.CONFLICT)


def state_on_server(ti: Any) -> str:
    """Return the state that Airflow has for a running task, which a user may have set meanwhile; empty if unknown."""
    with suppress(Exception):
        if not hasattr(ti, "get_task_states"):  # Airflow 2
            return str(ti.current_state())
        index = ti.map_index if ti.map_index is not None and ti.map_index >= 0 else None
        states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id], map_index=index)
        key = ti.task_id if index is None else f"{ti.task_id}_{index}"
        return str(states[ti.run_id][key])
    return ""


def push_diagnosis(diagnosis: Diagnosis, ti: Any) -> None:
    """Push a diagnosis to where a DAG-level callback finds it; never raises."""
    with suppress(Exception):
        ti.xcom_push(key=XCOM_KEY, value=diagnosis.to_xcom())
