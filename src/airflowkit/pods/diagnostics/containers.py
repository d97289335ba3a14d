"""Why a container died, or cannot start: what its state in the pod's status says.

The kubelet writes the state (Kubernetes API, core/v1 ContainerState); the texts within are its own and the container
runtime's and have no grammar. The patterns are those of Kubernetes 1.30 to 1.35; what none matches is shown as it is.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from airflowkit.causes import Cause, CauseCode
from airflowkit.pods.diagnostics.images import REASONS as IMAGE_REASONS
from airflowkit.pods.diagnostics.images import image_cause
from airflowkit.pods.diagnostics.missing import missing_cause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NOT_STARTED_YET: Final = frozenset({"ContainerCreating", "PodInitializing", ""})
_NOT_BY_ITSELF: Final = frozenset({None, 0, 137, 143})
_CANNOT_START: Final = frozenset({"StartError", "ContainerCannotRun", "RunContainerError"})
_COMMAND: Final = re.compile(r'exec: "(?P<command>[^"]*)": (?P<why>.+?)(?:: unknown)?$', re.DOTALL)
_WORKING_DIR: Final = re.compile(r"(?i)chdir to cwd|mkdir [^:]+: not a directory")

_MEANING: Final = {
    2: "wrong usage",
    126: "the command cannot be executed",
    127: "command not found",
    128: "the container could not start",
}
_HINTS: Final = {
    2: "check the arguments; a Python script that does not exist ends so too",
    126: "check the file's permissions and that it is built for the node's platform",
    127: "check the command's name and the image's PATH",
    134: "the process aborted itself; its last log lines say why",
    137: "something ended the process without a word: most often memory, sometimes a probe or a person",
    139: "a crash in native code; look at the libraries that the image brings",
    143: "something asked the process to stop: look for a drained node or a person",
}


CONTAINER_ENDED: Final = frozenset(
    {
        CauseCode.OUT_OF_MEMORY,
        CauseCode.EXIT_CODE,
        CauseCode.SIGNAL,
        CauseCode.INIT_FAILED,
        CauseCode.SIDECAR_FAILED,
        CauseCode.NODE_LOST,
        CauseCode.START_FAILED,
        CauseCode.CANNOT_START,
        CauseCode.COMMAND_NOT_FOUND,
        CauseCode.COMMAND_NOT_EXECUTABLE,
        CauseCode.WRONG_PLATFORM,
    }
)
"""The causes that `container_cause` finds where a container has ended: only these may have its exit code."""


class Kind(IntEnum):
    """What a container is to its pod, in the order in which they are to blame."""

    INIT = 0
    BASE = 1
    OTHER = 2
    """Runs beside the base container; the pod fails with it as well."""
    SIDECAR = 3
    """An init container that is always restarted: Kubernetes stops it at the end, and how it ends does not count."""


_BESIDE: Final = (
    "a pod fails with any of its containers, "
    "but for those that start as init containers with restartPolicy Always and run beside the others"
)
_XCOM_SIDECAR: Final = "airflow-xcom-sidecar"
_XCOM_IMAGE: Final = (
    "the provider adds this container for do_xcom_push: name an image that the nodes can pull as "
    "xcom_sidecar_container_image in the extra of the Kubernetes connection"
)
_WORDS: Final = {Kind.INIT: "init container", Kind.SIDECAR: "sidecar"}
_CODES: Final = {
    Kind.INIT: CauseCode.INIT_FAILED,
    Kind.OTHER: CauseCode.SIDECAR_FAILED,
    Kind.SIDECAR: CauseCode.SIDECAR_FAILED,
}
_HARMLESS: Final = frozenset({"SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGWINCH"})
"""Signals that end no process: an exit code that would be theirs is the program's own."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod: what was asked for, and what became of it.

    Attributes:
        name: Its name.
        spec: Its part of the pod's spec.
        state: Its state, such as `{"terminated": {"exitCode": 1}}`; empty before the kubelet has seen it.
        kind: What it is to its pod.
    """

    name: str
    spec: Mapping[str, Any]
    state: Mapping[str, Any]
    kind: Kind = Kind.BASE

    @property
    def title(self) -> str:
        """How a sentence calls it."""
        return f"{_WORDS.get(self.kind, 'container')} {self.name!r}"

    @property
    def terminated(self) -> Mapping[str, Any]:
        """The end of it, or nothing."""
        return self.state.get("terminated") or {}

    @property
    def waiting(self) -> Mapping[str, Any]:
        """What it waits for, or nothing."""
        return self.state.get("waiting") or {}

    @property
    def failed(self) -> bool:
        """Whether it ended badly, or waits for something that is wrong."""
        return bool(self.terminated.get("exitCode")) or self.waiting.get("reason", "") not in _NOT_STARTED_YET

    @property
    def failed_by_itself(self) -> bool:
        """Whether it ended badly, and was not stopped from outside."""
        return self.terminated.get("exitCode") not in _NOT_BY_ITSELF


def containers(pod: Mapping[str, Any], base: str) -> list[Container]:
    """Return a pod's containers in the order in which they are to blame."""
    spec, states = pod["spec"], _states(pod.get("status") or {})
    init = [(_init_kind(each), each) for each in spec.get("initContainers") or ()]
    main = [(Kind.BASE if each["name"] == base else Kind.OTHER, each) for each in spec["containers"]]
    found = [Container(each["name"], each, states.get(each["name"], {}), kind) for kind, each in (*init, *main)]
    return sorted(found, key=lambda container: container.kind)


def _init_kind(spec: Mapping[str, Any]) -> Kind:
    return Kind.SIDECAR if spec.get("restartPolicy") == "Always" else Kind.INIT


def _states(status: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return each container's state; of one that is about to be started again, the end that it had."""
    statuses = (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ()))
    states: dict[str, Mapping[str, Any]] = {}
    for each in statuses:
        state = each.get("state") or {}
        again = (state.get("waiting") or {}).get("reason") == "CrashLoopBackOff"
        states[each["name"]] = (each.get("lastState") or state) if again else state
    return states


def container_cause(container: Container, pod: Mapping[str, Any], *, log: Sequence[str], warnings: str) -> Cause | None:
    """Return why a container failed, or None if it did not.

    Args:
        container: The container.
        pod: Its pod.
        log: The last lines of its log.
        warnings: The messages of the pod's warning events.
    """
    if not container.failed:
        return None
    if not container.terminated:
        return replace(_waiting_cause(container, pod, warnings), container=container.name)
    cause = _terminated_cause(container, log)
    hint = f"{cause.hint}; {_BESIDE}" if container.kind is Kind.OTHER else cause.hint
    return replace(cause, hint=hint, container=container.name, exit_code=container.terminated.get("exitCode"))


def _terminated_cause(container: Container, log: Sequence[str]) -> Cause:
    reason, message = container.terminated.get("reason", ""), container.terminated.get("message") or ""
    if reason == "OOMKilled":
        return _out_of_memory(container)
    if reason in _CANNOT_START:
        return _start_cause(container, message)
    if reason == "ContainerStatusUnknown":
        hint = "the node was restarted or lost; a retry runs on another"
        return Cause(CauseCode.NODE_LOST, f"node lost: what became of {container.title} is unknown", hint)
    return _exit_cause(container, _last_line(message.splitlines()) or _last_line(log))


def _out_of_memory(container: Container) -> Cause:
    code = container.terminated["exitCode"]
    limit = container.spec.get("resources", {}).get("limits", {}).get("memory")
    if not limit:
        reason = f"out of memory: {container.title} has no memory limit, and its node ran short (exit code {code})"
        return Cause(CauseCode.OUT_OF_MEMORY, reason, "request the memory that it needs in resources")
    return Cause(
        CauseCode.OUT_OF_MEMORY,
        f"out of memory: {container.title} used up its memory limit of {limit} (exit code {code})",
        "raise memory in resources, or let the work need less at a time",
    )


def _start_cause(container: Container, message: str) -> Cause:
    if found := _COMMAND.search(message):
        return _command_cause(container, found["command"], found["why"])
    if _WORKING_DIR.search(message):
        folder = container.spec.get("workingDir", "")
        return Cause(
            CauseCode.CANNOT_START,
            f"{container.title} cannot start: {folder!r} cannot be its working directory",
            "correct working_dir, or make that folder in the image",
        )
    last = message.removesuffix(": unknown").rsplit(": ", 1)[-1] or "no reason given"
    reason = f"{container.title} cannot start: {last}"
    return Cause(CauseCode.START_FAILED, reason, "look at its command, user and mounts")


def _command_cause(container: Container, command: str, why: str) -> Cause:
    if "permission denied" in why or "is a directory" in why:
        hint = "make it an executable file, or name the interpreter in cmds"
        reason = f"command cannot be executed: {command!r} ({container.title})"
        return Cause(CauseCode.COMMAND_NOT_EXECUTABLE, reason, hint)
    if "exec format error" in why:
        reason = f"command is built for another platform: {command!r} ({container.title})"
        return Cause(CauseCode.WRONG_PLATFORM, reason, "rebuild the image")
    hint = "check cmds: the first item is the program alone, and the image must have it"
    reason = f"command not found: {command!r} is not in the image ({container.title})"
    return Cause(CauseCode.COMMAND_NOT_FOUND, reason, hint)


def _exit_cause(container: Container, last_line: str) -> Cause:
    code = container.terminated["exitCode"]
    meaning = _MEANING.get(code) or _signal_name(code)
    where = "" if container.kind is Kind.BASE else f"{container.title} failed: "
    said = f": {last_line}" if last_line else ", and it wrote no log"
    silent = "let the program print what goes wrong"
    return Cause(
        _CODES.get(container.kind) or exit_code_cause(code),
        f"{where}exit code {code}{f' ({meaning})' if meaning else ''}{said}",
        _HINTS.get(code) or ("the last lines of its log say more" if last_line else silent),
    )


def exit_code_cause(code: int) -> CauseCode:
    """Return what a program died of that ended with an exit code."""
    name = _signal_name(code)
    return CauseCode.SIGNAL if name and name not in _HARMLESS else CauseCode.EXIT_CODE


def _signal_name(code: int) -> str:
    try:
        return signal.Signals(code - 128).name
    except ValueError:
        return ""


def _last_line(lines: Sequence[str]) -> str:
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _waiting_cause(container: Container, pod: Mapping[str, Any], warnings: str) -> Cause:
    reason, message = container.waiting["reason"], container.waiting.get("message") or ""
    if reason in IMAGE_REASONS:
        secrets = [each["name"] for each in pod["spec"].get("imagePullSecrets", [])]
        cause = image_cause(container.spec.get("image", ""), reason, message, secrets, warnings)
        return _of_whose_image(container, cause)
    if missing := missing_cause(message, pod):
        return missing
    if "runAsNonRoot" in message:
        hint = "set run_as_user in the security context, or let the image name a user by its number"
        reason = f"{container.title} cannot start: the image runs as root, which runAsNonRoot forbids"
        return Cause(CauseCode.CANNOT_START, reason, hint)
    if "no command specified" in message:
        reason = f"{container.title} cannot start: neither the image nor cmds names a command"
        return Cause(CauseCode.CANNOT_START, reason, "set cmds")
    said = f"{container.title} cannot start: {reason}: {message}".rstrip(": ")
    return Cause(CauseCode.START_FAILED, said, "look at the pod's events in the log")


def _of_whose_image(container: Container, cause: Cause) -> Cause:
    """Name the container whose image it is, unless it is the task's own; nobody chose the XCom sidecar's."""
    if container.name == _XCOM_SIDECAR:
        return replace(cause, reason=f"XCom sidecar: {cause.reason}", hint=_XCOM_IMAGE)
    return replace(cause, reason=f"{container.title}: {cause.reason}") if container.kind is not Kind.BASE else cause
