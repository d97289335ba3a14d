"""What an exception says that the operator got instead of the pod's end: a refusal of the API, a broken XCom."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from airflowkit.pods.diagnostics.cause import Cause

if TYPE_CHECKING:
    from collections.abc import Mapping

_XCOM_FILE: Final = "/airflow/xcom/return.json"

_REFUSALS: Final = (
    ("exceeded quota", "the namespace's quota is used up", "ask for less in resources, or for more quota"),
    ("violates PodSecurity", "the namespace's Pod Security refuses the pod", 'write security="restricted"'),
)
"""Words of the API server's admission, which answers 403 to all of them."""

_BAD_POD: Final = ("the Kubernetes API refuses the pod", "correct the pod: airflowkit check finds such things")
_STATUS: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.BAD_REQUEST: _BAD_POD,
    HTTPStatus.UNPROCESSABLE_ENTITY: _BAD_POD,
    HTTPStatus.UNAUTHORIZED: ("the Kubernetes API does not know the caller", "renew the connection's credentials"),
    HTTPStatus.FORBIDDEN: ("the Kubernetes API forbids it", "give Airflow's service account the right"),
    HTTPStatus.NOT_FOUND: ("the Kubernetes API does not find it", "check the namespace"),
}


def error_cause(error: BaseException) -> Cause:
    """Return what an exception says, in a line.

    Args:
        error: An ApiException of the Kubernetes client, or any other; its headers and its traceback are left out.
    """
    status = getattr(error, "status", None)
    if isinstance(status, int) and hasattr(error, "body"):
        return _api_cause(status, _api_message(error))
    if isinstance(error, json.JSONDecodeError):
        hint = f"write one JSON value to {_XCOM_FILE}, and nothing else"
        return Cause(f"XCom: {_XCOM_FILE} is not valid JSON: {error}", hint)
    text = " ".join(str(error).split())
    if type(error).__name__ == "TaskDeferralError":
        return trigger_cause(text)
    if type(error).__name__ == "MaxRetryError":
        hint = "look at the connection, at KUBECONFIG and at the network between Airflow and the cluster"
        return Cause(f"the Kubernetes API cannot be reached: {text.rsplit(': ', 1)[-1]}", hint)
    return Cause(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def trigger_cause(message: str) -> Cause:
    """Return what the pod's trigger said when it gave up.

    Args:
        message: Its words.
    """
    hint = "look at the triggerer's log; it must reach the cluster as the workers do, and have the same airflowkit"
    return Cause(f"the pod's trigger failed: {' '.join(message.split())}", hint)


def _api_message(error: BaseException) -> str:
    """Return the message of the API's `Status` object (core/v1), or the HTTP reason."""
    body = getattr(error, "body", "") or ""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return str(getattr(error, "reason", "") or "no reason given")


def _api_cause(status: int, message: str) -> Cause:
    message = " ".join(message.split())
    for words, reason, hint in _REFUSALS:
        if words in message:
            return Cause(f"{reason}: {message}", hint)
    reason, hint = _STATUS.get(status, (f"the Kubernetes API failed ({status})", "a retry may find it well again"))
    return Cause(f"{reason}: {message}", hint)
