"""A container's state and a pod's phase, in Kubernetes' words.

See https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ and `getPhase` in the kubelet's source.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

NO_PROGRESS: Final = frozenset(
    {"CreateContainerConfigError", "CreateContainerError", "ErrImagePull", "ImagePullBackOff", "InvalidImageName"}
)


def now() -> str:
    """Return the current time as Kubernetes writes it, in seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A container that is not running yet."""

    reason: str
    message: str = ""

    def as_json(self) -> Json:
        """Return the state as the API shows it."""
        return {"waiting": _present(reason=self.reason, message=self.message)}


@dataclass(frozen=True, slots=True)
class Running:
    """A running container."""

    since: str

    def as_json(self) -> Json:
        """Return the state as the API shows it."""
        return {"running": {"startedAt": self.since}}


@dataclass(frozen=True, slots=True)
class Terminated:
    """A container that has ended."""

    exit_code: int
    reason: str
    message: str
    since: str
    until: str

    def as_json(self) -> Json:
        """Return the state as the API shows it."""
        ended = _present(reason=self.reason, message=self.message, startedAt=self.since, finishedAt=self.until)
        return {"terminated": {"exitCode": self.exit_code, **ended}}


State = Waiting | Running | Terminated


def phase(init: Iterable[tuple[State, bool]], main: Iterable[State]) -> str:
    """Return a pod's phase under `restartPolicy: Never`.

    Args:
        init: The init containers' states, and whether each is a sidecar (`restartPolicy: Always`).
        main: The containers' states.
    """
    main = list(main)
    if any(isinstance(state, Terminated) and state.exit_code and not sidecar for state, sidecar in init):
        return "Failed"
    if any(isinstance(state, Waiting) for state in main):
        return "Pending"
    if any(isinstance(state, Running) for state in main):
        return "Running"
    return "Failed" if any(isinstance(state, Terminated) and state.exit_code for state in main) else "Succeeded"


def container_status(spec: Json, state: State) -> Json:
    """Return the `containerStatuses` entry of a container."""
    running = isinstance(state, Running)
    return {
        "name": spec["name"],
        "image": spec.get("image", ""),
        "imageID": "",
        "ready": running,
        "started": running,
        "restartCount": 0,
        "lastState": {},
        "state": state.as_json(),
    }


def conditions(pod_phase: str, since: str, *, initialized: bool) -> list[Json]:
    """Return a pod's `conditions`."""
    done = "PodCompleted" if pod_phase == "Succeeded" else "ContainersNotReady"
    ready = {"status": "True"} if pod_phase == "Running" else {"status": "False", "reason": done}
    return [
        {"type": kind, "lastProbeTime": None, "lastTransitionTime": since, **status}
        for kind, status in (
            ("PodScheduled", {"status": "True"}),
            ("Initialized", {"status": "True" if initialized else "False"}),
            ("ContainersReady", ready),
            ("Ready", ready),
        )
    ]


def unscheduled(message: str, since: str) -> Json:
    """Return the status of a pod for which the scheduler finds no node."""
    verdict = {"status": "False", "reason": "Unschedulable", "message": message, "lastTransitionTime": since}
    return {"phase": "Pending", "qosClass": "BestEffort", "conditions": [{"type": "PodScheduled", **verdict}]}


def _present(**values: str) -> Json:
    return {key: value for key, value in values.items() if value}
