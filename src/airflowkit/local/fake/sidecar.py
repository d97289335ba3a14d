"""The container beside a scripted pod's own that holds its XCom until the operator has read it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from airflowkit.local.runtimes.protocol import Exit

if TYPE_CHECKING:
    from collections.abc import Callable


class Sidecar:
    """The container that holds a pod's XCom until the operator has read it.

    Args:
        content: What its shell says when it is asked for the XCom.
        on_end: Called when the operator ends it.
    """

    def __init__(self, content: str, on_end: Callable[[], None]) -> None:
        self._content = content
        self._on_end = on_end

    async def read(self) -> bytes:
        """Return nothing: it writes no log."""
        return b""

    async def wait(self) -> Exit:
        """Return how it ended."""
        return Exit.of(0)

    async def signal(self, number: int) -> None:
        """Take a signal."""

    async def exec(self, command: list[str]) -> Shell:
        """Start one more process in the container."""
        shell = Shell(self._content, self._on_end)
        if len(command) > 1:
            await shell.write(" ".join(command).encode())
        return shell


class Shell:
    """A shell in the sidecar; it knows the two things that the operator asks for."""

    def __init__(self, content: str, on_end: Callable[[], None]) -> None:
        self._content = content
        self._on_end = on_end
        self._output = b""
        self._done = asyncio.Event()

    async def write(self, data: bytes) -> None:
        """Take a command: print the XCom's file, or end the container."""
        if b"return.json" in data:
            self._output = f"{self._content}\n".encode()
        elif b"kill" in data:
            self._on_end()
        self._done.set()

    async def read(self, channel: int) -> bytes:
        """Return the next piece of standard output (1) or error (2); nothing at its end."""
        await self._done.wait()
        output, self._output = (self._output, b"") if channel == 1 else (b"", self._output)
        return output

    async def wait(self) -> int:
        """Return its exit code."""
        await self._done.wait()
        return 0

    def kill(self) -> None:
        """End it."""
        self._done.set()
