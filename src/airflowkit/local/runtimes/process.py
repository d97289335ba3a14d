"""Containers as processes on this computer; the image is not used.

Each gets its own namespaces where the computer allows them: see `_namespace.py`.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from airflowkit.local.runtimes.protocol import CannotStart, Container, Exit, Mount

if TYPE_CHECKING:
    from collections.abc import Mapping

_SYSTEM_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CHUNK: Final = 65536

HINT: Final = (
    "run as root, allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or on Ubuntu 24.04 and later "
    "kernel.apparmor_restrict_unprivileged_userns=0), or install podman and use --runtime podman"
)


Grant = Literal["root", "user", "none"]


def can_mount() -> bool:
    """Return whether this computer allows the namespaces that a pod with mounts needs."""
    return _granted() != "none"


@lru_cache(maxsize=1)
def _granted() -> Grant:
    """Return who may create namespaces here: root, an ordinary user, or nobody."""
    ways: tuple[Grant, ...] = ("root", "user") if os.geteuid() == 0 else ("user",)
    return next((way for way in ways if _works(way)), "none")


def _works(way: Grant) -> bool:
    """Try it: it depends on the kernel, AppArmor, seccomp and the container that we may be in."""
    with tempfile.TemporaryDirectory(prefix="airflowkit-probe-") as folder, Path(os.devnull).open("w") as status:
        plan = _plan(["true"], {"PATH": _SYSTEM_PATH}, (), root=folder, as_user=way == "user", host_name="probe")
        try:
            done = subprocess.run(  # noqa: S603  our own program
                _first_process(plan, status.fileno()),
                pass_fds=(plan, status.fileno()),
                capture_output=True,
                timeout=10,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        finally:
            os.close(plan)
        return done.returncode == 0


class ProcessRuntime:
    """Runs a container's command as a process."""

    notice = (
        "pods run as processes on this computer: their images are NOT used; "
        "commands come from PATH, and only volumes and /tmp are writable"
    )

    uses_images = False
    enforces_memory = False

    def __init__(self) -> None:
        self._grant = _granted()

    async def start(self, container: Container) -> Process:
        """Start a container; return once its command runs.

        Raises:
            CannotStart: There is no such command, or the pod needs a mount that this computer does not allow.
        """
        if not container.command and not container.args:
            raise CannotStart("StartError", "no command: the image is not used, so set cmds or arguments", final=True)
        if container.mounts and self._grant == "none":
            where = ", ".join(mount.target for mount in container.mounts)
            raise CannotStart("StartError", f"this computer does not allow the mount at {where}: {HINT}", final=True)
        plan = self._plan(container)
        status_read, status_write = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *_first_process(plan, status_write),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=(plan, status_write),
                start_new_session=True,  # Ctrl-C in the terminal is for us; we stop the containers in order
                env={},
            )
        finally:
            os.close(plan)
            os.close(status_write)
        first, fault = await _status(status_read)
        if fault:
            await process.wait()
            raise CannotStart("StartError", f"unable to start container process: {fault}", final=True)
        return Process(process, container, first, as_user=self._grant == "user")

    def _plan(self, container: Container) -> int:
        inside = self._grant != "none"
        root = container.scratch / "root"
        if inside:
            root.mkdir()
        return _plan(
            [*container.command, *container.args],
            _environment(container),
            (*_private_folders(container), *container.mounts, container.message) if inside else (),
            root=str(root) if inside else "",
            as_user=self._grant == "user",
            working_dir=container.working_dir,
            host_name=container.pod,
        )


class Process:
    """A container that is a process."""

    def __init__(
        self, process: asyncio.subprocess.Process, container: Container, first: int | None, *, as_user: bool
    ) -> None:
        self._process = process
        self._container = container
        self._first = first
        self._as_user = as_user

    async def read(self) -> bytes:
        """Return the next chunk of standard output and error; empty at their end."""
        return await self._process.stdout.read(_CHUNK) if self._process.stdout else b""

    async def wait(self) -> Exit:
        """Wait for its end; return how it exited."""
        return Exit.of(await self._process.wait())

    async def signal(self, number: int) -> None:
        """Send a signal to the container's process 1, which may ignore it."""
        with suppress(ProcessLookupError):
            if self._first is not None:
                os.kill(self._first, number)
            else:
                os.killpg(self._process.pid, number)

    def catches(self, number: int) -> bool:
        """Return whether process 1 has a handler: without one, the kernel keeps a signal from it."""
        try:
            status = Path(f"/proc/{self._first}/status").read_text(encoding="ascii", errors="replace")
        except OSError:  # no namespace, or no process any more
            return True
        caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
        return bool(int(caught, 16) >> (number - 1) & 1)

    async def exec(self, command: list[str]) -> Exec:
        """Start another process in the container.

        Raises:
            CannotStart: The container has no namespace of its own, so `kill` would reach the whole computer.
        """
        if self._first is None:
            raise CannotStart("StartError", f"no exec without a namespace: {HINT}", final=True)
        user = ("--user", "--preserve-credentials") if self._as_user else ()
        process = await asyncio.create_subprocess_exec(
            "nsenter",
            *(f"--target={self._first}", *user, "--mount", "--pid", "--uts", "--ipc", "--root", "--wd", "--"),
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env=_environment(self._container),
        )
        return Exec(process)


class Exec:
    """A process started in a running container, by `nsenter` or an engine's `exec`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def write(self, data: bytes) -> None:
        """Write to its standard input."""
        if self._process.stdin:
            with suppress(BrokenPipeError, ConnectionResetError):
                self._process.stdin.write(data)
                await self._process.stdin.drain()

    async def read(self, channel: int) -> bytes:
        """Return the next chunk of standard output (1) or error (2); empty at its end."""
        stream = self._process.stdout if channel == 1 else self._process.stderr
        return await stream.read(_CHUNK) if stream else b""

    async def wait(self) -> int:
        """Wait for its end; return its exit code."""
        return Exit.of(await self._process.wait()).code

    def kill(self) -> None:
        """Kill it."""
        with suppress(ProcessLookupError):
            self._process.kill()


def _plan(argv: list[str], env: Mapping[str, str], mounts: tuple[Mount, ...], **rest: str | bool) -> int:
    """Return a file descriptor with the plan; it is in memory, because the environment may contain secrets."""
    places = [{"source": str(mount.source), "target": mount.target, "read_only": mount.read_only} for mount in mounts]
    plan = {"argv": argv, "env": dict(env), "mounts": places, "working_dir": "", **rest}
    descriptor = os.memfd_create("airflowkit-plan")
    with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
        json.dump(plan, file)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _first_process(plan: int, status: int) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", str(Path(__file__).with_name("_namespace.py")), str(plan), str(status))


def _environment(container: Container) -> dict[str, str]:
    """Return the pod's variables on top of a container runtime's; `python` is the interpreter that runs us."""
    path = f"{Path(sys.executable).parent}:{_SYSTEM_PATH}"
    return {"PATH": path, "HOSTNAME": container.pod, "HOME": "/", **container.env}


def _private_folders(container: Container) -> tuple[Mount, ...]:
    """Return the container's own temporary folders, and the interpreter again where it is in one of them."""
    private = tuple(
        Mount(_make(container.scratch / name.strip("/").replace("/", "-")), name)
        for name in ("/tmp", "/var/tmp")  # noqa: S108  the container's
    )
    homes = {Path(sys.prefix), Path(sys.base_prefix)}
    hidden = (home for home in homes if any(home.is_relative_to(mount.target) for mount in private))
    return (*private, *(Mount(home, str(home), read_only=True) for home in hidden))


def _make(folder: Path) -> Path:
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


async def _status(descriptor: int) -> tuple[int | None, str]:
    """Return the container's process 1, and why the command could not be started; empty if it was."""
    reader = asyncio.StreamReader()
    with os.fdopen(descriptor, "rb", buffering=0) as pipe:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        try:
            said = (await reader.read()).decode(errors="replace")
        finally:
            transport.close()
    before, _, fault = said.partition("fault ")
    return (int(before) if before.strip() else None), fault
