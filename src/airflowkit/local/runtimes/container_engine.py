"""Containers of podman or docker, run through their command line."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import uuid
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit.local.runtimes.process import Exec
from airflowkit.local.runtimes.protocol import CannotStart, Container, Exit, Mount

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK: Final = 65536
_LABEL: Final = "airflowkit-run"
_NEVER: Final = "0001-01-01"
"""How Go writes a time that is not set."""
_OUT_OF_MEMORY: Final = "oom"
"""The file that podman's monitor writes into its working directory on cgroups v1; podman looks elsewhere for it."""
_PULL: Final = {"Always": "always", "Never": "never", "IfNotPresent": "missing", "": "missing"}


@lru_cache(maxsize=8)
def engine(name: str = "") -> str | None:
    """Return the name of a working container engine, podman first; None without one.

    Args:
        name: Try only this one.
    """
    return next((each for each in ([name] if name else ["podman", "docker"]) if _works(each)), None)


def _works(name: str) -> bool:
    """Ask the engine itself: docker's client may be there without a daemon."""
    program = shutil.which(name)
    if not program:
        return False
    try:
        done = subprocess.run([program, "info"], capture_output=True, timeout=20, check=False)  # noqa: S603  one of our own names
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


class EngineRuntime:
    """Runs a container with `podman` or `docker`: create, start, wait, remove."""

    uses_images = True
    enforces_memory = True

    def __init__(self, name: str) -> None:
        self._name = name
        self.notice = f"pods run as containers of {name}; --runtime process needs no images"

    async def start(self, container: Container) -> EngineContainer:
        """Start a container; return once its command runs.

        Raises:
            CannotStart: The image cannot be pulled, or has no such command.
        """
        name = f"airflowkit-{uuid.uuid4().hex[:16]}"
        env_file = container.scratch / "env"
        _write_env_file(env_file, container)
        try:
            await self._create(name, container, env_file)
        finally:
            env_file.unlink(missing_ok=True)
        process = await asyncio.create_subprocess_exec(
            *(self._name, "start", "--attach", name),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            cwd=container.scratch,
        )
        running = EngineContainer(self._name, name, process, container.scratch / _OUT_OF_MEMORY)
        await running.started()
        return running

    async def _create(self, name: str, container: Container, env_file: Path) -> None:
        code, output = await _call(*create_command(self._name, name, container, env_file))
        if code:
            raise _fault(container.image, output)


def create_command(engine_name: str, name: str, container: Container, env_file: Path) -> list[str]:
    """Return the command that creates a container; the environment is in a file, because others can read a command."""
    mounts = [*container.mounts, container.message]
    entrypoint = [f"--entrypoint={json.dumps(list(container.command))}"] if container.command else []
    args = list(container.args)
    if engine_name == "docker" and container.command:  # its --entrypoint takes one word
        entrypoint = [f"--entrypoint={container.command[0]}"]
        args = [*container.command[1:], *args]
    return [
        engine_name,
        "create",
        f"--name={name}",
        f"--hostname={container.pod[:63]}",
        f"--label={_LABEL}={container.pod}",
        f"--pull={_PULL.get(container.pull, 'missing')}",
        "--network=host",
        f"--env-file={env_file}",
        *([f"--workdir={container.working_dir}"] if container.working_dir else []),
        *([f"--memory={container.memory}", f"--memory-swap={container.memory}"] if container.memory else []),
        *(f"--volume={_volume(mount)}" for mount in mounts),
        *entrypoint,
        container.image,
        *args,
    ]


def _volume(mount: Mount) -> str:
    return f"{mount.source}:{mount.target}:ro" if mount.read_only else f"{mount.source}:{mount.target}"


def _write_env_file(file: Path, container: Container) -> None:
    several_lines = [name for name, value in container.env.items() if "\n" in value]
    if several_lines:
        names = ", ".join(several_lines)
        raise CannotStart(
            "CreateContainerError", f"{names}: podman and docker take no value with several lines", final=True
        )
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in container.env.items()), encoding="utf-8")


def _fault(image: str, output: str) -> CannotStart:
    """Return the reason and message for an engine's failure to create a container."""
    said = output.strip().splitlines()[-1] if output.strip() else "the engine printed nothing"
    if "reference format" in said:
        message = f'Failed to apply default image tag "{image}": {said}'
        return CannotStart("InvalidImageName", message, final=False)
    return CannotStart("ErrImagePull", f'failed to pull image "{image}": {said}', final=False)


class EngineContainer:
    """A container of podman or docker."""

    def __init__(self, engine_name: str, name: str, process: asyncio.subprocess.Process, out_of_memory: Path) -> None:
        self._out_of_memory = out_of_memory
        self._engine = engine_name
        self._name = name
        self._process = process

    async def started(self) -> None:
        """Return once its command runs or has run.

        Raises:
            CannotStart: The engine could not start it.
        """
        while True:
            state = await self._state()
            if state.get("Running"):
                return
            if self._process.returncode is not None:
                if str(state.get("StartedAt", _NEVER)).startswith(_NEVER):
                    output = (await self.read()).decode(errors="replace").strip()
                    await self._remove()
                    raise CannotStart("StartError", output or str(state.get("Error")), final=True)
                return
            await asyncio.sleep(0.05)

    async def read(self) -> bytes:
        """Return the next chunk of standard output and error; empty at their end."""
        return await self._process.stdout.read(_CHUNK) if self._process.stdout else b""

    async def wait(self) -> Exit:
        """Wait for its end, remove it, and return how it exited."""
        await self._process.wait()
        state = await self._state()
        await self._remove()
        code = int(state.get("ExitCode", 0))
        out_of_memory = state.get("OOMKilled") or self._out_of_memory.exists()
        return Exit(code, "OOMKilled") if code and out_of_memory else Exit.of(code)

    async def signal(self, number: int) -> None:
        """Send a signal to the container's process 1."""
        await _call(self._engine, "kill", f"--signal={signal.Signals(number).name}", self._name)

    def catches(self, number: int) -> bool:  # noqa: ARG002  the protocol's
        """Return True: the engine does not say."""
        return True

    async def exec(self, command: list[str]) -> Exec:
        """Start another process in the container."""
        process = await asyncio.create_subprocess_exec(
            *(self._engine, "exec", "--interactive", self._name, *command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        return Exec(process)

    async def _state(self) -> dict[str, Any]:
        code, output = await _call(self._engine, "inspect", "--type=container", "--format={{json .State}}", self._name)
        with suppress(ValueError):
            return dict(json.loads(output)) if code == 0 else {}
        return {}

    async def _remove(self) -> None:
        await _call(self._engine, "rm", "--force", self._name)


async def _call(*command: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, start_new_session=True
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode(errors="replace")
