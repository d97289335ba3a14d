"""The processes that import DAG files: one that loads Airflow, and workers that it forks.

The parent never imports Airflow. It starts `python -m airflowkit.checks.worker`, the zygote, which imports
Airflow once and then forks a worker whenever the parent asks for one. A worker takes one file after the other
until the parent hangs up, or until a file ends it.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import resource
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from typing import Any, Final

from airflowkit.checks import tampering, watch
from airflowkit.checks.facts import FailureKind, FileFacts
from airflowkit.checks.judging import judge
from airflowkit.checks.memory import MIB, limit_memory, resident_bytes
from airflowkit.checks.messages import FORK, Answer
from airflowkit.checks.offspring import adopt_orphans, end_children

GROWTH: Final = 150 * MIB
"""A worker that grew by more than this is replaced, so that memory stays flat over any number of files."""
OBJECTS: Final = 20_000
"""New objects until Python looks for garbage: a DAG file makes thousands, which all live until the next file."""
LARGEST_FILE: Final = 64 * MIB
LONGEST_EXCERPT: Final = 200


def main() -> None:
    """Import Airflow, then fork a worker at each request, until the parent hangs up."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # which the parent held back for its own sake
    control = Connection(int(sys.argv[1]))
    adopt_orphans()
    gc.disable()  # imports make many objects and hardly any garbage: to look for it takes a tenth of their time
    _preload(control.recv())
    gc.freeze()  # what is loaded by now stays shared with the workers, and no collection looks at it
    gc.set_threshold(OBJECTS)
    gc.enable()
    control.send(True)
    with suppress(EOFError, OSError):  # the latter where an interrupt keeps the parent from hearing the last answer
        while True:
            _serve(control)
    end_children()
    os._exit(0)  # to take Airflow apart, module by module, takes longer than to import a hundred DAG files


def _serve(control: Connection) -> None:
    """Fork a worker on the connection that the parent hands over, or wait for one that died."""
    request = control.recv()
    if request != FORK:
        control.send(_exit_status(request))
        return
    channel = Connection(recv_handle(control))
    pid = os.fork()
    if pid == 0:
        control.close()
        try:
            _work(channel)
            os._exit(0)
        finally:
            os._exit(1)  # without the exit handlers of what the DAG files imported, whatever they left behind
    channel.close()
    control.send(pid)


def _exit_status(pid: int) -> int:
    """End what is left of a worker and return its exit code; negative for the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _preload(modules: tuple[str, ...]) -> None:
    logging.disable(logging.CRITICAL)
    for module in ("airflow.sdk", "airflow.utils.file", *modules):
        with suppress(Exception):  # it is the DAG file's import that tells why
            import_module(module)
    _share_configuration()
    watch.install()
    tampering.install()


def _share_configuration() -> None:
    """Have the Kubernetes client's objects share one configuration: to make one each is a tenth of a file's time."""
    client = sys.modules.get("kubernetes.client")  # absent where no DAG file asks for pods
    if client:
        from airflowkit.pods.shapes import SharedConfiguration  # noqa: PLC0415  it imports the client

        client.Configuration.set_default(SharedConfiguration())


def _work(channel: Connection) -> None:
    """Check one file after the other."""
    pid = os.getpid()
    os.setsid()  # so that the parent ends a worker together with all that its files started
    output = _Output()
    most = resident_bytes() + GROWTH
    with suppress(EOFError):
        while True:
            job = channel.recv()
            limit_memory(job.options.memory_limit * MIB)
            facts = judge(job)
            if os.getpid() != pid:
                os._exit(0)  # the file forked at the top level: this is its child
            facts = output.taken_from(facts)
            last = _spoilt(facts) or resident_bytes() > most
            channel.send_bytes(Answer(facts, last=last).as_bytes())
            if last:
                return


def _spoilt(facts: FileFacts) -> bool:
    """Return whether the file may have left the process in a state that harms the next one."""
    return (
        bool(facts.modules or facts.patches)
        or threading.active_count() > 1
        or (facts.failure is not None and facts.failure.kind is not FailureKind.EXCEPTION)
    )


class _Excerpt(io.RawIOBase):
    """Takes whatever is written to it, and keeps the beginning."""

    def __init__(self) -> None:
        self.kept = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        room = LONGEST_EXCERPT - len(self.kept)
        self.kept += bytes(data[:room])
        return len(data)

    def fileno(self) -> int:
        return 1

    def close(self) -> None:
        """Stay open for the next file."""


class _Output:
    """What DAG files print, through Python or below it, where both streams are a file of bounded size; no input."""

    def __init__(self) -> None:
        self._excerpt = _Excerpt()
        self._inherited = self._streams = (sys.stdout, sys.stderr)  # Airflow's modules may have kept them
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  open as long as the worker
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        for stream in (1, 2):
            os.dup2(self._file.fileno(), stream)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, hard))
        self._redirect()

    def taken_from(self, facts: FileFacts) -> FileFacts:
        """Return the facts of a file with the beginning of what it printed, and drop the rest.

        What fills the bounded file fails, here alone: that is no failure of the file.
        """
        for stream in (*self._streams, *self._inherited):
            with suppress(Exception):  # a DAG file may have closed or detached it
                stream.flush()
        self._redirect()
        printed, size = self._excerpt.kept, self._file.tell()
        self._excerpt.kept = b""
        if size:
            self._file.seek(0)
            printed += self._file.read(LONGEST_EXCERPT)
            self._file.seek(0)
            self._file.truncate()
        output = printed[:LONGEST_EXCERPT].decode(errors="backslashreplace")
        return replace(facts, output=output, failure=None if size >= LARGEST_FILE else facts.failure)

    def _redirect(self) -> None:
        """Give Python streams that no file has closed yet."""
        self._streams = (_stream_to(self._excerpt), _stream_to(self._excerpt))
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__ = self._streams  # type: ignore[misc]


def _stream_to(raw: io.RawIOBase) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "backslashreplace", write_through=True)


if __name__ == "__main__":
    main()
