"""A kubelet that starts nothing: it reports for each pod what a cluster's nodes report for such an outcome.

The states, events and messages are those of `tests/pods/diagnostics/recorded`, recorded on a real cluster.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import LocalRunError
from airflowkit.local.apiserver.status import Running, Terminated, Waiting, now
from airflowkit.local.fake import outcomes
from airflowkit.local.fake.sidecar import Sidecar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from airflowkit.local.apiserver.store import Pod, PodStore
    from airflowkit.local.fake.clock import Clock
    from airflowkit.local.fake.outcomes import PodOutcome
    from airflowkit.local.kubelet.kubelet import OnLine

Json = dict[str, Any]

_START: Final = 1.0
"""Seconds that every pod takes to start: a deferrable operator defers only while the pod is not running."""
_SIDECAR: Final = "airflow-xcom-sidecar"
_NO_XCOM: Final = "__airflow_xcom_result_empty__"
_KILLED: Final = 137


class ScriptedKubelet:
    """Brings each pod of a store to its outcome.

    Args:
        store: The pods.
        outcome_of: Returns a pod's outcome.
        clock: The time.
        on_line: Called with each line that a container prints.
        on_pod: Called with each pod that is created.
    """

    def __init__(
        self,
        store: PodStore,
        outcome_of: Callable[[Pod], PodOutcome],
        clock: Clock,
        on_line: OnLine,
        on_pod: Callable[[Pod], None],
    ) -> None:
        self._store = store
        self._outcome_of = outcome_of
        self._clock = clock
        self._on_line = on_line
        self._on_pod = on_pod
        self._due: dict[Pod, tuple[float, PodOutcome]] = {}
        self._sidecars: dict[Pod, Sidecar] = {}

    def admit(self, pod: Pod) -> None:
        """Decide how a pod ends."""
        self._on_pod(pod)
        outcome, delay = self._outcome_of(pod), _START
        while isinstance(outcome, outcomes.SlowStart):
            delay += outcome.seconds
            outcome = outcome.then
        if isinstance(outcome, outcomes.Unschedulable):
            pod.unschedulable = outcome.message
            self._store.event(pod, "FailedScheduling", outcome.message, "Warning")
            return
        self._store.event(pod, "Scheduled", f"Successfully assigned {pod.namespace}/{pod.name} to localhost")
        if isinstance(outcome, outcomes.SecretNotFound):
            self._report_missing_secret(pod, outcome)
            return
        base = _base(pod)
        self._store.event(pod, "Pulling", f'Pulling image "{base["image"]}"', container=base["name"])
        self._due[pod] = (self._clock.time() + delay, outcome)

    async def settle(self, pod: Pod) -> None:
        """Bring a pod to its outcome when that is due."""
        moment, outcome = self._due.get(pod, (float("inf"), None))
        if outcome is not None and self._clock.time() >= moment:
            del self._due[pod]
            self._finish(pod, outcome)

    def container(self, pod: Pod, name: str) -> Sidecar | None:
        """Return a running container: only the sidecar that waits until its XCom is read."""
        return self._sidecars.get(pod) if name == _SIDECAR else None

    def delete(self, pod: Pod, grace: float | None) -> None:  # noqa: ARG002  nothing takes time to stop
        """Delete a pod."""
        self._due.pop(pod, None)
        self._sidecars.pop(pod, None)
        self._store.remove(pod)

    def has_running(self) -> bool:
        """Return False: nothing ever runs."""
        return False

    async def stop(self, seconds: float) -> None:
        """Do nothing: nothing is running."""

    async def shut_down(self) -> None:
        """Do nothing: nothing is running."""

    def _report_missing_secret(self, pod: Pod, outcome: outcomes.SecretNotFound) -> None:
        in_env, in_volumes = list(_env_secrets(pod)), list(_volume_secrets(pod))
        names = [name for name, _ in (*in_volumes, *in_env)]
        name = outcome.name or next(iter(names), "")
        if name not in names:
            named = f"it refers to {', '.join(map(repr, names))}" if names else "it refers to none"
            raise LocalRunError(f"{outcome} cannot happen: pod {pod.name!r} refers to no secret {name!r}", hint=named)
        message = f'secret "{name}" not found'
        for volume in (volume for secret, volume in in_volumes if secret == name):
            text = f'MountVolume.SetUp failed for volume "{volume}" : {message}'
            self._store.event(pod, "FailedMount", text, "Warning")
            return
        container = next(container for secret, container in in_env if secret == name)
        pod.set_state(container, Waiting("CreateContainerConfigError", message))
        self._store.event(pod, "Failed", f"Error: {message}", "Warning", container)

    def _finish(self, pod: Pod, outcome: PodOutcome) -> None:
        if isinstance(outcome, outcomes.ImagePullBackOff):
            self._report_missing_image(pod, outcome)
            return
        base = _base(pod)
        self._start_all(pod, base)
        match outcome:
            case outcomes.Succeeded(logs=logs):
                self._end(pod, base, 0, "Completed", logs)
            case outcomes.Failed(exit_code=code, logs=logs):
                self._end(pod, base, code, "Error", logs)
            case outcomes.OOMKilled(logs=logs):
                self._end(pod, base, _KILLED, "OOMKilled", logs)
            case outcomes.Evicted(message=message, logs=logs):
                self._store.event(pod, "Evicted", message, "Warning")
                pod.fail(f"Evicted: {message}")
                self._end(pod, base, _KILLED, "Error", logs)
                self._store.event(pod, "Killing", f"Stopping container {base['name']}", container=base["name"])
        for sidecar in (spec for spec in pod.containers if spec["name"] == _SIDECAR):
            self._keep_sidecar(pod, sidecar, outcome)

    def _report_missing_image(self, pod: Pod, outcome: outcomes.ImagePullBackOff) -> None:
        base = _base(pod)
        image, name = base["image"], base["name"]
        answer = (
            f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": '
            f'failed to resolve reference "{image}": {image}: {outcome.message}'
        )
        self._store.event(pod, "Failed", f'Failed to pull image "{image}": {answer}', "Warning", name)
        self._store.event(pod, "Failed", "Error: ErrImagePull", "Warning", name)
        self._store.event(pod, "BackOff", f'Back-off pulling image "{image}"', container=name)
        message = f'Back-off pulling image "{image}": ErrImagePull: {answer}'
        pod.set_state(name, Waiting("ImagePullBackOff", message))

    def _start_all(self, pod: Pod, base: Json) -> None:
        """Start all containers, and complete all but the base one."""
        self._store.event(pod, "Pulled", f'Successfully pulled image "{base["image"]}"', container=base["name"])
        for spec in (*pod.init_containers, *pod.containers):
            name = spec["name"]
            self._store.event(pod, "Created", "Container created", container=name)
            self._store.event(pod, "Started", "Container started", container=name)
            pod.set_state(name, Running(now()))
            if name not in (base["name"], _SIDECAR):
                self._end(pod, spec, 0, "Completed")

    def _end(self, pod: Pod, spec: Json, code: int, reason: str, logs: Sequence[str] = ()) -> None:
        name = spec["name"]
        log = pod.logs[name]
        lines = [*log.feed("".join(f"{line}\n" for line in logs).encode()), *log.close()]
        message = log.termination_message(spec.get("terminationMessagePolicy"), code)
        pod.set_state(name, Terminated(code, reason, message, now(), now()))
        for line in lines:
            self._on_line(pod, name, line)

    def _keep_sidecar(self, pod: Pod, spec: Json, outcome: PodOutcome) -> None:
        if isinstance(outcome, outcomes.Evicted):
            self._end(pod, spec, _KILLED, "Error")
            return
        xcom = outcome.xcom if isinstance(outcome, outcomes.Succeeded) else None
        content = _NO_XCOM if xcom is None else json.dumps(xcom)
        self._sidecars[pod] = Sidecar(content, lambda: self._end(pod, spec, 0, "Completed"))


def _base(pod: Pod) -> Json:
    return next((spec for spec in pod.containers if spec["name"] == "base"), pod.containers[0])


def _env_secrets(pod: Pod) -> Iterator[tuple[str, str]]:
    """Yield the Secrets that variables come from, each with its container."""
    for spec in (*pod.init_containers, *pod.containers):
        sources = [(each.get("valueFrom") or {}).get("secretKeyRef") for each in spec.get("env") or ()]
        for reference in (*sources, *(each.get("secretRef") for each in spec.get("envFrom") or ())):
            if reference:
                yield reference["name"], spec["name"]


def _volume_secrets(pod: Pod) -> Iterator[tuple[str, str]]:
    """Yield the Secrets that are mounted, each with its volume."""
    for volume in pod.spec.get("volumes") or ():
        if secret := volume.get("secret"):
            yield secret["secretName"], volume["name"]
