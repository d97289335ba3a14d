"""The XCom sidecar of a scripted pod."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from airflowkit.local.runtimes.protocol import Exit

if TYPE_CHECKING:
    from collections.abc import Callable


class Sidecar:
    """The container that holds a pod's XCom until the operator has read it.

    Args:
        content: What its shell prints when it is asked for the XCom.
        on_end: Called when the operator stops it.
    """

    def __init__(self, content: str, on_end: Callable[[], None]) -> None:
        self._content = content
        self._on_end = on_end

    async def read(self) -> bytes:
        """Return nothing: it prints no log."""
        return b""

    async def wait(self) -> Exit:
        """Return how it exited."""
        return Exit.of(0)

    async def signal(self, number: int) -> None:
        """Ignore a signal."""

    def catches(self, number: int) -> bool:  # noqa: ARG002  the protocol's
        """Return False, as it ignores them."""
        return False

    async def exec(self, command: list[str]) -> Shell:
        """Start another process in the container."""
        shell = Shell(self._content, self._on_end)
        if len(command) > 1:
            await shell.write(" ".join(command).encode())
        return shell


class Shell:
    """A shell in the sidecar; it knows the two commands that the operator sends."""

    def __init__(self, content: str, on_end: Callable[[], None]) -> None:
        self._content = content
        self._on_end = on_end
        self._output = b""
        self._done = asyncio.Event()

    async def write(self, data: bytes) -> None:
        """Run a command: print the XCom file, or stop the container."""
        if b"return.json" in data:
            self._output = f"{self._content}\n".encode()
        elif b"kill" in data:
            self._on_end()
        self._done.set()

    async def read(self, channel: int) -> bytes:
        """Return the next chunk of standard output (1) or error (2); empty at its end."""
        await self._done.wait()
        output, self._output = (self._output, b"") if channel == 1 else (b"", self._output)
        return output

    async def wait(self) -> int:
        """Return its exit code."""
        await self._done.wait()
        return 0

    def kill(self) -> None:
        """Stop it."""
        self._done.set()
