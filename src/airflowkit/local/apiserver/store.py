"""The pods of a run, as the Kubernetes API stores them."""

from __future__ import annotations

import asyncio
import copy
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from airflowkit.local.apiserver.logs import ContainerLog
from airflowkit.local.apiserver.status import (
    NO_PROGRESS,
    Running,
    State,
    Waiting,
    conditions,
    container_status,
    now,
    phase,
    unscheduled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

FINAL: Final = frozenset({"Succeeded", "Failed"})


class Pod:
    """One pod: its manifest and its status.

    Args:
        manifest: The pod as it was posted.
        namespace: The namespace that it was posted to.
    """

    def __init__(self, manifest: Json, namespace: str) -> None:
        self.manifest = copy.deepcopy(manifest)
        self.metadata: Json = self.manifest.setdefault("metadata", {})
        self.spec: Json = self.manifest["spec"]
        self.metadata |= {"namespace": namespace, "uid": str(uuid.uuid4()), "creationTimestamp": now()}
        self.spec.setdefault("nodeName", "localhost")
        self.started = now()
        first = Waiting("PodInitializing" if self.init_containers else "ContainerCreating")
        self.states: dict[str, State] = {spec["name"]: first for spec in (*self.init_containers, *self.containers)}
        self.logs = {name: ContainerLog() for name in self.states}
        self.failed_for = ""
        self.unschedulable = ""
        self.deleted = asyncio.Event()
        self.version = 1
        self._changed = asyncio.Event()

    @property
    def name(self) -> str:
        """The pod's name."""
        return str(self.metadata["name"])

    @property
    def namespace(self) -> str:
        """The pod's namespace."""
        return str(self.metadata["namespace"])

    @property
    def labels(self) -> dict[str, str]:
        """The pod's labels."""
        return self.metadata.get("labels") or {}

    @property
    def containers(self) -> list[Json]:
        """The specs of the containers."""
        return list(self.spec["containers"])

    @property
    def init_containers(self) -> list[Json]:
        """The specs of the init containers, in order."""
        return list(self.spec.get("initContainers") or ())

    @property
    def phase(self) -> str:
        """The pod's phase."""
        if self.failed_for:
            return "Failed"
        init = [(self.states[spec["name"]], is_sidecar(spec)) for spec in self.init_containers]
        return phase(init, [self.states[spec["name"]] for spec in self.containers])

    def set_state(self, container: str, state: State) -> None:
        """Set a container's state."""
        self.states[container] = state
        self.touch()

    def fail(self, reason: str) -> None:
        """Fail the pod as a whole, whatever its containers' states: `DeadlineExceeded`."""
        self.failed_for = reason
        self.touch()

    def touch(self) -> None:
        """Wake everything that waits for a change."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        """Wait for the next change."""
        await self._changed.wait()

    async def settled(self, patience: float) -> None:
        """Wait a little while the pod is about to leave `Pending`.

        An operator that finds the pod pending sleeps for five seconds before it asks again.
        """
        try:
            async with asyncio.timeout(patience):
                while self.phase == "Pending" and not self._stuck():
                    await self.changed()
        except TimeoutError:
            return

    def _stuck(self) -> bool:
        return any(isinstance(state, Waiting) and state.reason in NO_PROGRESS for state in self.states.values())

    def as_json(self) -> Json:
        """Return the pod as the API shows it."""
        metadata = {**self.metadata, "resourceVersion": str(self.version)}
        if self.unschedulable:
            spec = {key: value for key, value in self.spec.items() if key != "nodeName"}
            status = unscheduled(self.unschedulable, self.started)
            return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": self.spec, "status": self._status()}

    def _status(self) -> Json:
        shown = self.phase
        initialized = not any(
            isinstance(self._state(spec), Waiting | Running) for spec in self._plain_init_containers()
        )
        status: Json = {
            "phase": shown,
            "conditions": conditions(shown, self.started, initialized=initialized),
            "hostIP": "127.0.0.1",
            "podIP": "127.0.0.1",
            "startTime": self.started,
            "qosClass": "BestEffort",
            "containerStatuses": [container_status(spec, self._state(spec)) for spec in self.containers],
        }
        if self.init_containers:
            status["initContainerStatuses"] = [
                container_status(spec, self._state(spec)) for spec in self.init_containers
            ]
        if self.failed_for:
            reason, _, message = self.failed_for.partition(": ")
            status |= {"reason": reason, "message": message}
        return status

    def _state(self, spec: Json) -> State:
        return self.states[spec["name"]]

    def _plain_init_containers(self) -> list[Json]:
        return [spec for spec in self.init_containers if not is_sidecar(spec)]


def is_sidecar(spec: Json) -> bool:
    """Return whether an init container is a native sidecar."""
    return spec.get("restartPolicy") == "Always"


OnWarning = Callable[[Pod, str], None]


class PodStore:
    """All pods and events of a run.

    Args:
        on_warning: Called with each event that is a warning.
    """

    def __init__(self, on_warning: OnWarning) -> None:
        self._on_warning = on_warning
        self._pods: dict[tuple[str, str], Pod] = {}
        self.events: list[Json] = []
        self.new_event = asyncio.Event()

    def add(self, pod: Pod) -> bool:
        """Add a pod; return False if its name is taken."""
        if (pod.namespace, pod.name) in self._pods:
            return False
        self._pods[pod.namespace, pod.name] = pod
        return True

    def get(self, namespace: str, name: str) -> Pod | None:
        """Return a pod, or None."""
        return self._pods.get((namespace, name))

    def remove(self, pod: Pod) -> None:
        """Remove a pod."""
        self._pods.pop((pod.namespace, pod.name), None)

    def __iter__(self) -> Iterator[Pod]:
        return iter(list(self._pods.values()))

    def event(self, pod: Pod, reason: str, message: str, kind: str = "Normal", container: str = "") -> None:
        """Add an event of a pod, as the kubelet and the scheduler write it."""
        number = len(self.events) + 1
        field = {"fieldPath": f"spec.containers{{{container}}}"} if container else {}
        involved = {"apiVersion": "v1", "kind": "Pod", "name": pod.name, "namespace": pod.namespace, **field}
        self.events.append(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {
                    "name": f"{pod.name}.{number}",
                    "namespace": pod.namespace,
                    "uid": str(uuid.uuid4()),
                    "resourceVersion": str(number),
                    "creationTimestamp": now(),
                },
                "involvedObject": {**involved, "uid": pod.metadata["uid"]},
                "reason": reason,
                "message": message,
                "type": kind,
                "count": 1,
                "firstTimestamp": now(),
                "lastTimestamp": now(),
                "source": {"component": "airflowkit", "host": "localhost"},
            }
        )
        self.new_event.set()
        self.new_event = asyncio.Event()
        if kind == "Warning":
            self._on_warning(pod, message)
