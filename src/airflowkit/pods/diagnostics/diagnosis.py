"""Why a pod died, in words and as a code, and where the DAG's callback finds it.

`diagnose` is a pure function of what Kubernetes wrote: the pod's status and conditions, its events, the end of its
log. A cluster and the local run's API get the same words.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from airflowkit.causes import Cause, CauseCode
from airflowkit.pods.diagnostics.containers import Container, Kind, container_cause, containers
from airflowkit.pods.diagnostics.pods import (
    deleted_cause,
    ended_cause,
    gone_cause,
    setup_cause,
    unscheduled_cause,
    waiting_cause,
)
from airflowkit.redaction import environment_mask, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

XCOM_KEY: Final = "airflowkit_diagnosis"
"""A failed task leaves its diagnosis under this key: a DAG-level callback gets no exception, but may read XComs."""

LOG_LINES: Final = 15
_UNSEEN: Final = Cause(
    CauseCode.UNKNOWN, "nothing is known of the pod: the Kubernetes API did not show it", "look at the log"
)
_LOG_LINE: Final = 200
_LOG: Final = 1200
_SENTENCE: Final = 400


@dataclass(frozen=True, slots=True)
class Tries:
    """How often a task was tried.

    Attributes:
        used: The tries there were.
        saved: Those that its retry policy ended it before.
    """

    used: int
    saved: int = 0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a task failed; redacted and bounded, fit for a log, a card and an XCom.

    Attributes:
        reason: One line that says why, such as `out of memory: container 'base' exceeded its memory limit of 512Mi`.
        hint: What to do about it; may be empty.
        log_tail: The last lines of the log.
        code: Which of the known causes it is.
        container: The container to blame, if it is one.
        exit_code: That container's exit code, if it ran.
        tries: How often the task was tried, if that is known.
    """

    reason: str
    hint: str = ""
    log_tail: tuple[str, ...] = ()
    code: CauseCode = CauseCode.UNKNOWN
    container: str = ""
    exit_code: int | None = None
    tries: Tries | None = None

    @property
    def cause(self) -> Cause:
        """It without the log."""
        return Cause(self.code, self.reason, self.hint, self.container, self.exit_code)

    def to_xcom(self) -> dict[str, Any]:
        """Return it as the plain value that goes under `XCOM_KEY`."""
        tries = {"tries": asdict(self.tries)} if self.tries else {}
        return {**self.cause.to_json(), "log_tail": list(self.log_tail), **tries}


class Interruption(Enum):
    """What ended the task from Airflow's side, whatever became of the pod."""

    KILLED = Cause(
        CauseCode.KILLED,
        "killed: the task was told to stop (SIGTERM)",
        "if nobody stopped it, look at the worker: it was shut down, drained or scaled in",
    )
    MARKED_FAILED = Cause(CauseCode.KILLED, "killed by a user: the task was set to failed while it ran")
    TIMED_OUT = Cause(
        CauseCode.EXECUTION_TIMEOUT,
        "execution timeout: the task ran longer than its execution_timeout",
        "raise execution_timeout, or find out what takes so long",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a failed pod.

    Attributes:
        pod: The pod as the API shows it (camelCase), or as it was last seen; None if it never was.
        events: Its events, the oldest first.
        log: The last lines of the log of the container to blame; see `culprit`.
        base: The name of the base container.
        gone: Whether the pod is no longer there.
        interruption: What ended the task from Airflow's side, if something did.
        error: The error that the operator got instead of the pod's end, if any.
    """

    pod: Mapping[str, Any] | None = None
    events: Sequence[Mapping[str, Any]] = ()
    log: Sequence[str] = ()
    base: str = "base"
    gone: bool = False
    interruption: Interruption | None = None
    error: Cause | None = None


def diagnose(evidence: Evidence) -> Diagnosis:
    """Return why the task failed: what Airflow did comes before what the pod shows, and that before mere suspicion."""
    shown = _without_environment(evidence)
    cause = _cause(shown)
    return Diagnosis(
        _sentence(cause.reason),
        _sentence(cause.hint),
        _log_tail(shown.log),
        cause.code,
        cause.container,
        cause.exit_code,
    )


def blames_error(evidence: Evidence) -> bool:
    """Return whether it is the error that explains the failure, and not the pod."""
    return evidence.error is not None and _cause(evidence) is evidence.error


def culprit(pod: Mapping[str, Any], base: str) -> Container:
    """Return the container to blame, whose log matters: the first that failed, or the base container."""
    found = containers(pod, base)
    main = next(container for container in found if container.kind in (Kind.BASE, Kind.OTHER))
    return next((container for container in found if container.failed), main)


def _cause(evidence: Evidence) -> Cause:
    return _interruption(evidence) or _certain(evidence) or _stuck(evidence) or evidence.error or _suspected(evidence)


def _interruption(evidence: Evidence) -> Cause | None:
    if evidence.interruption is None:
        return None
    cause: Cause = evidence.interruption.value
    fault = _certain(evidence) or _stuck(evidence) if evidence.interruption is Interruption.TIMED_OUT else None
    return replace(fault, reason=f"{cause.reason}; {fault.reason}") if fault else cause


def _certain(evidence: Evidence) -> Cause | None:
    """Return what the pod itself shows, or showed before it was gone."""
    pod = evidence.pod
    if pod is None:
        return None
    blamed = culprit(pod, evidence.base)
    code = blamed.terminated.get("exitCode")
    return (
        ended_cause(pod)
        or (gone_cause(evidence.events) if evidence.gone and not blamed.failed_by_itself else None)
        or (deleted_cause(pod) if code != 0 and not blamed.failed_by_itself else None)
        or _with_what_came_before(blamed, evidence)
    )


def _with_what_came_before(blamed: Container, evidence: Evidence) -> Cause | None:
    """Return why the container to blame failed, and which one beside it had failed before: it may have needed that."""
    pod: Mapping[str, Any] = evidence.pod or {}
    cause = container_cause(blamed, pod, log=evidence.log, warnings=_warnings(evidence.events))
    end = blamed.terminated.get("finishedAt") or ""
    for each in containers(pod, evidence.base):
        if cause and each.failed_by_itself and (each.terminated.get("finishedAt") or end) < end:
            before = f"{each.title} had failed before (exit code {each.terminated['exitCode']})"
            hint = f"{cause.hint}; look at the log of {each.title}, too"
            return replace(cause, reason=f"{cause.reason}; {before}", hint=hint)
    return cause


def _stuck(evidence: Evidence) -> Cause | None:
    """Return what a pod needs that has not started."""
    if evidence.pod is None or evidence.gone:
        return None
    return unscheduled_cause(evidence.pod) or setup_cause(evidence.pod, evidence.events)


def _suspected(evidence: Evidence) -> Cause:
    if evidence.pod is None:
        return gone_cause(evidence.events) if evidence.gone else _UNSEEN
    phase = evidence.pod.get("status", {}).get("phase", "Unknown")
    reason = f"the pod ended in phase {phase} and gives no reason"
    unknown = Cause(CauseCode.UNKNOWN, reason, "look at the log")
    return waiting_cause(evidence.pod, evidence.events) or unknown


def _warnings(events: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(event.get("message") or "" for event in events if event.get("type") == "Warning")


def _without_environment(evidence: Evidence) -> Evidence:
    """Mask the pod's environment where its programs may have printed it: in the log and in a container's last words."""
    if evidence.pod is None:
        return evidence
    mask = environment_mask(evidence.pod)
    status = dict(evidence.pod.get("status") or {})
    for key in ("initContainerStatuses", "containerStatuses"):
        status[key] = [_masked_end(each, mask) for each in status.get(key) or ()]
    return replace(evidence, pod={**evidence.pod, "status": status}, log=[mask(line) for line in evidence.log])


def _masked_end(status: Mapping[str, Any], mask: Callable[[str], str]) -> Mapping[str, Any]:
    ends = {key: (status.get(key) or {}).get("terminated") for key in ("state", "lastState")}
    said = {key: end for key, end in ends.items() if end and end.get("message")}
    return {**status, **{key: {"terminated": {**end, "message": mask(end["message"])}} for key, end in said.items()}}


def _sentence(text: str) -> str:
    line = redact(" ".join(text.split()))
    return line if len(line) <= _SENTENCE else f"{line[: _SENTENCE - 1]}…"


def _log_tail(log: Sequence[str]) -> tuple[str, ...]:
    """Return the last lines, each cut, as many as fit."""
    kept: list[str] = []
    room = _LOG
    # Redacted as a whole: a key of several lines is recognized by its first.
    lines = [line.rstrip() for line in redact("\n".join(log)).splitlines() if line.strip()]
    for line in reversed(lines[-LOG_LINES:]):
        shown = line[:_LOG_LINE]
        room -= len(shown)
        if room < 0:
            break
        kept.append(shown)
    return tuple(reversed(kept))
