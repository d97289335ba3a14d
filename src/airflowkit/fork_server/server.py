"""The client's side: it starts the process that imports Airflow, and has it fork others."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from airflowkit.fork_server.child import FORK, NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_GRACE: Final = 5.0
"""Seconds that the server has to end its processes and itself."""


class ForkServerEnded(Exception):  # noqa: N818  named as EOFError and its like; callers say what it means to them
    """The server is gone; the message is the last line that it wrote."""


class ForkServer:
    """A process that is forked on request.

    Args:
        module: What the process runs; it calls `airflowkit.fork_server.child.serve` once it is ready.
        arguments: What the module finds on its command line, behind the socket.
        environ: The environment of the process.
        log: The file that takes what the process writes to its standard error.
    """

    def __init__(self, module: str, *arguments: str, environ: Mapping[str, str], log: Path) -> None:
        ours, theirs = socket.socketpair()
        # -P: nothing in the current folder may shadow an installed package
        command = [sys.executable, "-P", "-m", module, str(theirs.fileno()), *arguments]
        self._log, self._socket, self._ready = log, ours, False
        with log.open("wb") as errors, theirs, _uninterrupted(end=self.close):
            self._process = subprocess.Popen(  # noqa: S603  this very Python
                command,
                pass_fds=[theirs.fileno()],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,  # Ctrl-C reaches the client only
            )

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def await_ready(self) -> None:
        """Wait until the process takes requests.

        Raises:
            ForkServerEnded: It has ended instead.
        """
        if not self._ready:
            self._answer()
            self._ready = True

    def fork(self, *descriptors: int, request: bytes = b"") -> int:
        """Fork the process, and return the new one's id.

        Args:
            descriptors: What the new process gets a duplicate of.
            request: What the new process is to do, in whatever form it takes that; it is kept in memory only.

        Raises:
            ForkServerEnded: The server is gone.
        """
        with _in_memory(request) as payload:
            self._send(FORK, payload, *descriptors)
        return self._answer()

    def exit_status(self, pid: int, seconds: float = 0.0) -> int:
        """Return how a process ended; kill it, with everything in its session, if it has not after some seconds.

        Raises:
            ForkServerEnded: The server is gone.
        """
        if not seconds:
            _kill(pid)
        self._send(pid)
        try:
            return self._answer(seconds or None)
        except TimeoutError:
            _kill(pid)
            return self._answer()

    def close(self) -> None:
        """End the process; one that is not ready yet has forked nothing and is killed."""
        self._socket.close()
        if not self._ready:
            self._process.kill()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, number: int, *descriptors: int) -> None:
        with suppress(OSError):  # it has ended, as waiting for the answer shows
            socket.send_fds(self._socket, [NUMBER.pack(number)], descriptors)

    def _answer(self, seconds: float | None = None) -> int:
        answer = b""
        try:
            self._socket.settimeout(seconds)
            answer = self._socket.recv(NUMBER.size)
        except TimeoutError:
            raise
        except OSError:
            pass  # closed, by either side
        if not answer:
            self.close()  # it has written its last line by then
            lines = self._log.read_text(errors="replace").strip().splitlines()
            raise ForkServerEnded(lines[-1] if lines else "no reason given")
        (number,) = NUMBER.unpack(answer)
        return int(number)


def _kill(pid: int) -> None:
    """Kill a process with everything in its session, also before it has one."""
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


@contextmanager
def _in_memory(content: bytes) -> Iterator[int]:
    """Yield a descriptor to read content from that is on no disk: it may hold secrets."""
    descriptor = os.memfd_create("airflowkit-request")
    try:
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _uninterrupted(end: Callable[[], None]) -> Iterator[None]:
    """Hold Ctrl-C back while a process starts, and end it then: before, nobody would know which."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        except KeyboardInterrupt:
            end()
            raise
