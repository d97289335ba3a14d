"""The server's side: it forks a process for each request, and reports how the processes end.

Both sides write numbers of one size to a socket. The client sends `FORK` with the descriptors for the new process, or
the id of a process whose end it waits for; the server answers with the new process's id, or with an exit status.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from struct import Struct
from typing import Final

NUMBER: Final = Struct("q")
READY: Final = 0
FORK: Final = 0
_MOST_DESCRIPTORS: Final = 8

Work = Callable[..., int]
"""What a forked process does: it takes the request and the descriptors, and returns the exit status."""


def connected() -> socket.socket:
    """Return the socket to the client, which the first argument on the command line names."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # blocked by the client while it started this process
    return socket.socket(fileno=int(sys.argv[1]))


def serve(client: socket.socket, work: Work) -> None:
    """Report that this process is ready, then fork it for each request, until the client is gone."""
    with client, suppress(ConnectionError):  # an interrupted client does not read the last answer
        client.send(NUMBER.pack(READY))
        while True:
            message, descriptors, *_ = socket.recv_fds(client, NUMBER.size, _MOST_DESCRIPTORS)
            if not message:
                return
            (number,) = NUMBER.unpack(message)
            answer = _forked(client, work, descriptors) if number == FORK else _exit_status(number)
            client.send(NUMBER.pack(answer))


def _forked(client: socket.socket, work: Work, descriptors: list[int]) -> int:
    """Return the id of a new process that does the work."""
    pid = os.fork()
    if pid == 0:
        client.close()
        _do(work, *descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    return pid


def _do(work: Work, payload: int, *descriptors: int) -> None:
    """Do the work and end, without the exit handlers of what this process imported."""
    status = 1
    try:
        os.setsid()  # so that the process can be killed together with everything that it starts
        with os.fdopen(payload, "rb") as request:
            status = work(request.read(), *descriptors)
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:  # noqa: BLE001  whatever it is: this is the end of the process
        traceback.print_exc()
    finally:
        os._exit(status)


def _exit_status(pid: int) -> int:
    """Wait for a process, and return its exit code; negative for the signal that killed it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:  # of a server before this one: the client has killed it
        return -signal.SIGKILL
