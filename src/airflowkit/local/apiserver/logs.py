"""A container's log: kept in full, read from any time, followed until the container ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_MESSAGE_LINES: Final = 80
_MESSAGE_SIZE: Final = 2048


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log, with its newline if it has one."""

    time: datetime
    text: bytes

    def stamped(self) -> bytes:
        """Return the line with its time in front, as `timestamps=true` asks for."""
        return self.time.strftime("%Y-%m-%dT%H:%M:%S.%f000Z ").encode() + self.text


class ContainerLog:
    """The standard output and error of one container."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._open_line = b""
        self._closed = False
        self._changed = asyncio.Event()

    def feed(self, data: bytes) -> list[Line]:
        """Add output of the container; return the lines that are now complete."""
        *whole, self._open_line = (self._open_line + data).split(b"\n")
        lines = [Line(datetime.now(UTC), text + b"\n") for text in whole]
        self._add(lines)
        return lines

    def close(self) -> list[Line]:
        """End the log; return the last line if it had no newline."""
        last = [Line(datetime.now(UTC), self._open_line)] if self._open_line else []
        self._open_line = b""
        self._closed = True
        self._add(last)
        return last

    def termination_message(self, policy: str | None, exit_code: int) -> str:
        """Return the part of the log that the kubelet uses as termination message where the container wrote none.

        Args:
            policy: The container's `terminationMessagePolicy`.
            exit_code: The container's exit code.
        """
        return self.text(_MESSAGE_LINES)[-_MESSAGE_SIZE:] if exit_code and policy == "FallbackToLogsOnError" else ""

    def text(self, lines: int = 0) -> str:
        """Return the last lines, or all of them, as text."""
        return b"".join(line.text for line in self._lines[-lines:]).decode(errors="replace")

    async def read(
        self, *, follow: bool, since: datetime | None = None, tail: int | None = None
    ) -> AsyncIterator[Line]:
        """Yield the lines so far, and with `follow` all further ones."""
        position = max(len(self._lines) - tail, 0) if tail is not None else 0
        while True:
            changed = self._changed
            for line in self._lines[position:]:
                if since is None or line.time >= since:
                    yield line
            position = len(self._lines)
            if self._closed or not follow:
                return
            await changed.wait()

    def _add(self, lines: list[Line]) -> None:
        self._lines += lines
        if lines or self._closed:
            self._changed.set()
            self._changed = asyncio.Event()
