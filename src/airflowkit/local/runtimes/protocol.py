"""The interface of the runtimes: what they get and what they return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or file on this computer at an absolute path in a container.

    Attributes:
        source: The existing folder or file here.
        target: The absolute path in the container.
        read_only: Whether the container may only read it.
    """

    source: Path
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod, with everything resolved.

    Attributes:
        pod: The pod's name, which is also the host name.
        name: The container's name.
        image: The image; the process runtime does not use it.
        command: What replaces the image's entry point; may be empty.
        args: What replaces the image's command; may be empty.
        env: The pod's variables, and none of the user's.
        working_dir: An absolute path, or empty for the image's.
        mounts: The volumes.
        message: The file for the container's termination message.
        scratch: The container's own folder.
        pull: `imagePullPolicy`, or empty for the default.
        memory: The memory limit in bytes, or None; only an engine can enforce it.
    """

    pod: str
    name: str
    image: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    working_dir: str
    mounts: tuple[Mount, ...]
    message: Mount
    scratch: Path
    pull: str = ""
    memory: int | None = None


class CannotStart(Exception):  # noqa: N818  the name of a state
    """A container that a runtime cannot start.

    Attributes:
        reason: Kubernetes' word for it, such as `StartError` or `ErrImagePull`.
        final: Whether a retry is useless.
    """

    def __init__(self, reason: str, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.reason = reason
        self.final = final


@dataclass(frozen=True, slots=True)
class Exit:
    """How a container ended.

    Attributes:
        code: The exit code; 128 + n for signal n.
        reason: Kubernetes' word for it: `Completed`, `Error`, `OOMKilled`.
    """

    code: int
    reason: str

    @classmethod
    def of(cls, code: int) -> Exit:
        """Return it for an exit code as Python reports it, where a signal is a negative number."""
        return cls(code if code >= 0 else 128 - code, "Error" if code else "Completed")


class RunningContainer(Protocol):
    """A started container."""

    async def read(self) -> bytes:
        """Return the next chunk of standard output and error; empty at their end."""
        ...

    async def wait(self) -> Exit:
        """Wait for its end; return how it exited."""
        ...

    async def signal(self, number: int) -> None:
        """Send a signal to the container's process 1, which may be gone already."""
        ...

    def catches(self, number: int) -> bool:
        """Whether process 1 may do something about a signal."""
        ...

    async def exec(self, command: list[str]) -> ExecProcess:
        """Start another process in the container."""
        ...


class ExecProcess(Protocol):
    """A process started in a running container."""

    async def write(self, data: bytes) -> None:
        """Write to its standard input; nothing closes it."""
        ...

    async def read(self, channel: int) -> bytes:
        """Return the next chunk of standard output (1) or error (2); empty at its end."""
        ...

    async def wait(self) -> int:
        """Wait for its end; return its exit code."""
        ...

    def kill(self) -> None:
        """Kill it."""
        ...


class Runtime(Protocol):
    """What runs containers."""

    @property
    def notice(self) -> str:
        """What a user should know about this runtime."""
        ...

    @property
    def uses_images(self) -> bool:
        """Whether a container has its image's files."""
        ...

    @property
    def enforces_memory(self) -> bool:
        """Whether a container that exceeds its memory limit is killed."""
        ...

    async def start(self, container: Container) -> RunningContainer:
        """Start a container; return once its command runs.

        Raises:
            CannotStart: It cannot be started; the message is in Kubernetes' words.
        """
        ...
