"""Runs pods like the kubelet: volumes, init containers in order, containers, deadline, deletion."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from airflowkit.local.apiserver.logs import Line
from airflowkit.local.apiserver.status import Running, Terminated, Waiting, now
from airflowkit.local.apiserver.store import FINAL, Pod, PodStore, is_sidecar
from airflowkit.local.kubelet.downward_api import memory_limit
from airflowkit.local.kubelet.environment import environment, expand_all
from airflowkit.local.kubelet.not_enforced import not_enforced
from airflowkit.local.kubelet.objects import LocalObjects, MissingObject
from airflowkit.local.kubelet.volumes import Volume, VolumeFolders, mounts
from airflowkit.local.runtimes.protocol import CannotStart, Container, Exit, Mount, RunningContainer, Runtime

if TYPE_CHECKING:
    from pathlib import Path

    from airflowkit.local.kubelet.own_images import OwnImages

Json = dict[str, Any]
OnLine = Callable[[Pod, str, Line], None]

_RETRY: Final = 1.0
"""Seconds between two attempts while a pod waits for something; the kubelet takes longer."""
_PATIENCE: Final = 5.0
"""Seconds for a pod to start before it is shown as `Pending`."""
_GRACE: Final = 30
"""Kubernetes' default of `terminationGracePeriodSeconds`."""
_CLEANUP: Final = 5.0
"""Seconds that an engine has to remove its containers at the end of the run."""
_MESSAGE_PATH: Final = "/dev/termination-log"
_MESSAGE_SIZE: Final = 4096


class Kubelet:
    """Runs the pods of a store.

    Args:
        store: The pods.
        runtime: What runs their containers.
        objects: Their Secrets and ConfigMaps.
        scratch: The run's folder.
        on_line: Called with each line that a container prints.
        on_note: Called with what is not as in a cluster.
        own_images: The images that the repository builds.
    """

    def __init__(
        self,
        store: PodStore,
        runtime: Runtime,
        objects: LocalObjects,
        scratch: Path,
        on_line: OnLine,
        on_note: Callable[[Pod, str], None],
        own_images: OwnImages,
    ) -> None:
        self._own_images = own_images
        self._on_note = on_note
        self._noted: set[str] = set()
        self._store = store
        self._runtime = runtime
        self._objects = objects
        self._volumes = VolumeFolders(scratch, objects)
        self._on_line = on_line
        self._tasks: dict[Pod, asyncio.Task[None]] = {}
        self._running: dict[Pod, dict[str, RunningContainer]] = {}
        self._others: set[asyncio.Task[None]] = set()

    def admit(self, pod: Pod) -> None:
        """Start a pod."""
        self._running[pod] = {}
        self._note(pod)
        self._store.event(pod, "Scheduled", f"Successfully assigned {pod.namespace}/{pod.name} to this computer")
        self._tasks[pod] = asyncio.create_task(self._run(pod))

    def _note(self, pod: Pod) -> None:
        """Name once what a pod asks for and does not get here."""
        found = not_enforced(pod.spec, memory=self._runtime.enforces_memory)
        new = [what for what in found if what not in self._noted]
        if new:
            self._noted.update(new)
            self._on_note(pod, f"not enforced in a local run: {', '.join(new)}")

    async def settle(self, pod: Pod) -> None:
        """Give a pod that is about to leave `Pending` a moment."""
        await pod.settled(_PATIENCE)

    def container(self, pod: Pod, name: str) -> RunningContainer | None:
        """Return a running container."""
        return self._running.get(pod, {}).get(name)

    def delete(self, pod: Pod, grace: float | None) -> None:
        """Start to delete a pod: stop its containers, then remove it."""
        if pod.deleted.is_set():
            return
        if grace is None:
            grace = _grace(pod)
        pod.metadata |= {"deletionTimestamp": now(), "deletionGracePeriodSeconds": int(grace)}
        pod.deleted.set()
        pod.touch()
        if pod.phase in FINAL and not self._running[pod]:
            self._store.remove(pod)
        else:
            self._tasks[pod].add_done_callback(lambda _: self._store.remove(pod))
            self._keep(self._stop(pod, grace))

    def has_running(self) -> bool:
        """Whether a container is running; it may be called in any thread."""
        return any(list(self._running.values()))

    async def stop(self, seconds: float) -> None:
        """Stop all pods, each within its grace period and some seconds.

        A process that has no handler for SIGTERM does not get it as process 1, so there is nothing to wait for.
        """
        for pod in self._tasks:
            pod.deleted.set()
        for running in [each for pod in self._running.values() for each in pod.values()]:
            if not running.catches(signal.SIGTERM):
                await running.signal(signal.SIGKILL)
        pods = list(self._tasks)
        await asyncio.gather(*(self._stop(pod, min(seconds, _grace(pod))) for pod in pods))

    async def shut_down(self) -> None:
        """Stop everything at once; the run is over."""
        await self.stop(0)
        if self._others:
            await asyncio.wait(self._others, timeout=_CLEANUP)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, pod: Pod) -> None:
        try:
            async with asyncio.timeout(pod.spec.get("activeDeadlineSeconds")) as deadline:
                volumes = await self._mounted(pod)
                if await self._initialized(pod, volumes):
                    await self._run_containers(pod, volumes)
        except TimeoutError:
            if not deadline.expired():
                raise
            pod.fail("DeadlineExceeded: Pod was active on the node longer than the specified deadline")
            self._store.event(pod, "DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
        except Exception as error:  # noqa: BLE001  whatever it is: nothing would start the pod later
            text = f"a local run cannot start this pod: {error if str(error) else type(error).__name__}"
            self._store.event(pod, "Failed", text, "Warning")
            pod.fail(f"LocalRun: {text}")
        finally:
            await self._stop(pod, _grace(pod))

    async def _mounted(self, pod: Pod) -> Mapping[str, Volume]:
        while True:
            try:
                return self._volumes.prepare(pod.manifest)
            except MissingObject as missing:
                self._store.event(pod, "FailedMount", f"MountVolume.SetUp failed: {missing}", "Warning")
                await _deleted_within(pod, _RETRY)

    async def _initialized(self, pod: Pod, volumes: Mapping[str, Volume]) -> bool:
        for spec in pod.init_containers:
            running = await self._start(pod, spec, volumes)
            if running is None:
                return False
            follower = self._follower(pod, spec, running)
            if not is_sidecar(spec):
                await asyncio.wait({follower})
                state = pod.states[spec["name"]]
                if isinstance(state, Terminated) and state.exit_code:
                    return False
        return True

    async def _run_containers(self, pod: Pod, volumes: Mapping[str, Volume]) -> None:
        followers = set()
        for spec in pod.containers:
            if running := await self._start(pod, spec, volumes):
                followers.add(self._follower(pod, spec, running))
        if followers:
            await asyncio.wait(followers)  # unlike `gather`, it does not cancel them at the deadline

    async def _start(self, pod: Pod, spec: Json, volumes: Mapping[str, Volume]) -> RunningContainer | None:
        """Start a container; retry while what it waits for may still appear."""
        name, since = spec["name"], now()
        while True:
            try:
                running = await self._runtime.start(self._container(pod, spec, volumes))
            except (MissingObject, CannotStart) as fault:
                if isinstance(fault, CannotStart) and fault.final:
                    pod.set_state(name, Terminated(128, fault.reason, str(fault), since, now()))
                    self._store.event(pod, "Failed", f"Error: {fault}", "Warning", name)
                    pod.logs[name].close()
                    return None
                reason = fault.reason if isinstance(fault, CannotStart) else "CreateContainerConfigError"
                pod.set_state(name, Waiting(reason, str(fault)))
                self._store.event(pod, "Failed", f"Error: {fault}", "Warning", name)
                await _deleted_within(pod, _RETRY)
            else:
                self._running[pod][name] = running
                pod.set_state(name, Running(now()))
                self._store.event(pod, "Started", f"Started container {name}", container=name)
                return running

    def _container(self, pod: Pod, spec: Json, volumes: Mapping[str, Volume]) -> Container:
        variables = environment(spec, pod.manifest, self._objects)
        scratch = self._scratch(pod, spec)
        message = Mount(scratch / "termination-log", spec.get("terminationMessagePath") or _MESSAGE_PATH)
        message.source.touch()
        image = spec.get("image", "")
        files = () if self._runtime.uses_images else self._own_images.mounts(image)
        return Container(
            pod=pod.name,
            name=spec["name"],
            image=image,
            command=expand_all(spec.get("command"), variables),
            args=expand_all(spec.get("args"), variables),
            env=variables,
            working_dir=spec.get("workingDir") or "",
            mounts=(*files, *mounts(spec, volumes, variables)),
            message=message,
            scratch=scratch,
            pull=spec.get("imagePullPolicy") or "",
            memory=memory_limit(spec),
        )

    def _scratch(self, pod: Pod, spec: Json) -> Path:
        folder = self._volumes.pod_folder(pod.manifest) / "containers" / str(spec["name"])
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _follower(self, pod: Pod, spec: Json, running: RunningContainer) -> asyncio.Task[None]:
        return self._keep(self._follow(pod, spec, running))

    def _keep(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Start a task and keep a reference, which the event loop does not."""
        task = asyncio.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)
        return task

    async def _follow(self, pod: Pod, spec: Json, running: RunningContainer) -> None:
        """Collect a container's log, then set how it ended: first the state, then the end of the log.

        The operator reads the pod when the log ends, and sleeps for two seconds if the pod is not done.
        """
        name = spec["name"]
        while data := await running.read():
            self._report_lines(pod, name, pod.logs[name].feed(data))
        how = await running.wait()
        state = pod.states[name]
        since = state.since if isinstance(state, Running) else now()
        message = self._message(pod, spec, how)
        self._running[pod].pop(name, None)
        pod.set_state(name, Terminated(how.code, how.reason, message, since, now()))
        self._report_lines(pod, name, pod.logs[name].close())

    def _report_lines(self, pod: Pod, container: str, lines: list[Line]) -> None:
        for line in lines:
            self._on_line(pod, container, line)

    def _message(self, pod: Pod, spec: Json, how: Exit) -> str:
        with suppress(OSError):
            file = self._scratch(pod, spec) / "termination-log"
            if text := file.read_text(encoding="utf-8", errors="replace")[:_MESSAGE_SIZE]:
                return text
        return pod.logs[spec["name"]].termination_message(spec.get("terminationMessagePolicy"), how.code)

    async def _stop(self, pod: Pod, grace: float) -> None:
        """Send SIGTERM to all containers, and SIGKILL to those that are left after the grace period."""
        for number in (signal.SIGTERM, signal.SIGKILL) if grace else (signal.SIGKILL,):
            for running in list(self._running[pod].values()):
                await running.signal(number)
            with suppress(TimeoutError):
                async with asyncio.timeout(grace or _RETRY):
                    while self._running[pod]:
                        await pod.changed()


def _grace(pod: Pod) -> float:
    return float(pod.spec.get("terminationGracePeriodSeconds", _GRACE))


async def _deleted_within(pod: Pod, seconds: float) -> None:
    """Wait before the next attempt; raise CancelledError once the pod is deleted."""
    with suppress(TimeoutError):
        await asyncio.wait_for(pod.deleted.wait(), seconds)
        raise asyncio.CancelledError
