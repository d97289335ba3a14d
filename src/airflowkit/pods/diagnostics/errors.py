"""What an exception says that the operator got instead of the pod's end: a refusal of the API, a broken XCom."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from airflowkit.causes import Cause, CauseCode
from airflowkit.errors import PodSpecError, message_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_XCOM_FILE: Final = "/airflow/xcom/return.json"

_REFUSALS: Final = (
    (
        "exceeded quota",
        CauseCode.QUOTA_EXCEEDED,
        "the namespace's quota is used up",
        "ask for less in resources, or for more quota",
    ),
    (
        "violates PodSecurity",
        CauseCode.API_REFUSED,
        "the namespace's Pod Security refuses the pod",
        'write security="restricted"',
    ),
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

_CODES: Final = {
    "ConfigException": CauseCode.CONNECTION_INVALID,  # of the Kubernetes client: no usable kubeconfig
    "AirflowNotFoundException": CauseCode.CONNECTION_INVALID,
    "AirflowTaskTimeout": CauseCode.EXECUTION_TIMEOUT,
}
"""By the names of exceptions, whose packages need not be imported for that."""
_OF_EXPRESSIONS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an expression in a template runs into: an upstream task without that output, a Variable that is not there."""


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
        return Cause(CauseCode.XCOM_INVALID, f"XCom: {_XCOM_FILE} is not valid JSON: {error}", hint)
    text = " ".join(message_of(error).split())
    if type(error).__name__ == "TaskDeferralError":
        return trigger_cause(text)
    if _is_of(error, "urllib3"):
        hint = "look at the connection, at KUBECONFIG and at the network between Airflow and the cluster"
        reason = f"the Kubernetes API cannot be reached: {text.rsplit(': ', 1)[-1]}"
        return Cause(CauseCode.API_UNREACHABLE, reason, hint)
    return Cause(code_of(error), f"{type(error).__name__}: {text}" if text else type(error).__name__)


def code_of(error: object) -> CauseCode:
    """Return the code of an exception that is not about a pod, by its type.

    Airflow's own exceptions say that something failed in an operator, and not what.
    """
    if isinstance(error, PodSpecError):
        return CauseCode.POD_INVALID
    if _is_of(error, "jinja2"):
        return CauseCode.TEMPLATE
    foreign = isinstance(error, BaseException) and not _is_of(error, "airflow")
    return _CODES.get(type(error).__name__, CauseCode.EXCEPTION if foreign else CauseCode.UNKNOWN)


def template_cause(error: Exception, task_id: str) -> Cause | None:
    """Return that a task's templates cannot be rendered, or None if that is not the templates' fault.

    Args:
        error: What rendering raised: Jinja's own error, or what an expression in a template ran into.
        task_id: The task.
    """
    if not _is_of(error, "jinja2") and not isinstance(error, _OF_EXPRESSIONS) and not _asks_for_what_is_missing(error):
        return None
    hint = "correct the template, or what it refers to: the log above names the field"
    text = " ".join(message_of(error).split())
    reason = f"a template of task {task_id!r} cannot be rendered: {type(error).__name__}: {text}"
    return Cause(CauseCode.TEMPLATE, reason.rstrip(": "), hint)


def _asks_for_what_is_missing(error: Exception) -> bool:
    """Return whether Airflow answers that it has no such Variable or Connection."""
    answer = str(getattr(getattr(error, "error", None), "error", ""))
    return answer.endswith("_NOT_FOUND") or type(error).__name__ == "AirflowNotFoundException"


def _is_of(error: object, package: str) -> bool:
    """Return whether an exception is one of a package's own, which need not be imported for that."""
    return any(cls.__module__.partition(".")[0] == package for cls in type(error).__mro__)


def trigger_cause(message: str) -> Cause:
    """Return what the pod's trigger said when it gave up.

    Args:
        message: Its words.
    """
    hint = "look at the triggerer's log; it must reach the cluster as the workers do, and have the same airflowkit"
    return Cause(CauseCode.TRIGGER_FAILED, f"the pod's trigger failed: {' '.join(message.split())}", hint)


def _api_message(error: BaseException) -> str:
    """Return the message of the API's `Status` object (core/v1), or the HTTP reason."""
    body = getattr(error, "body", "") or ""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return str(getattr(error, "reason", "") or "no reason given")


def _api_cause(status: int, message: str) -> Cause:
    message = " ".join(message.split())
    for words, code, reason, hint in _REFUSALS:
        if words in message:
            return Cause(code, f"{reason}: {message}", hint)
    if status not in _STATUS:
        reason = f"the Kubernetes API failed ({status}): {message}"
        return Cause(CauseCode.API_FAILED, reason, "a retry may find it well again")
    reason, hint = _STATUS[status]
    return Cause(CauseCode.API_REFUSED, f"{reason}: {message}", hint)
