"""Starts the process of a run, forwards its output, and ends it whatever happens here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from airflowkit.local.process.events import Event, Output
from airflowkit.local.process.interruption import GRACE
from airflowkit.local.process.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

OnEvent = Callable[[Event], None]

_AT_ONCE: Final = 3.0
"""Seconds for a run to kill everything that it has started, before it is killed itself."""


@dataclass(frozen=True, slots=True)
class RunningWorker:
    """The process of a run.

    Attributes:
        events: The stream of its events.
        send: Sends it a signal.
        kill: Kills it.
    """

    events: IO[str]
    send: Callable[[int], None]
    kill: Callable[[], None]

    def stop(self) -> None:
        """Have it stop its pods and end; see `airflowkit.local.worker.stopping`."""
        self.send(signal.SIGTERM)
        _later(GRACE, self.stop_at_once)

    def stop_at_once(self) -> None:
        """Have it kill everything that it has started, and end."""
        self.send(signal.SIGTERM)
        _later(_AT_ONCE, self.kill)


Worker = Callable[[Request, Mapping[str, str], OnEvent], AbstractContextManager[RunningWorker]]
"""Starts the process of a run in an environment, and ends it."""


@contextmanager
def spawn_worker(request: Request, environ: Mapping[str, str], on_event: OnEvent) -> Iterator[RunningWorker]:
    """Start a run in an Airflow of its own."""
    reading, writing = os.pipe()
    with subprocess.Popen(  # noqa: S603  ourselves
        [sys.executable, "-P", "-m", "airflowkit.local.worker.worker", str(writing)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(writing,),
        env=environ,
        start_new_session=True,  # Ctrl-C reaches it through us, once
        text=True,
        errors="replace",
    ) as process:
        os.close(writing)
        with forward_output(process.stdout, on_event) as interrupted:
            try:
                _hand_over(process, request)
                with os.fdopen(reading, encoding="utf-8") as stream:
                    yield RunningWorker(stream, process.send_signal, process.kill)
                process.wait()
            except BaseException:
                interrupted.set()
                raise
            finally:
                _end(process)


@contextmanager
def forward_output(output: IO[str] | None, on_event: OnEvent) -> Iterator[threading.Event]:
    """Forward what a run prints, from a thread; output after an interrupt is dropped.

    Yields:
        The event to set when the run is interrupted.
    """
    interrupted = threading.Event()

    def forward() -> None:
        for line in output or ():
            if not interrupted.is_set():
                on_event(Output(line.rstrip("\n")))

    thread = threading.Thread(target=forward)
    thread.start()
    try:
        yield interrupted
    finally:
        thread.join()


def _hand_over(process: subprocess.Popen[str], request: Request) -> None:
    if process.stdin:
        with suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(request.as_json())


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _later(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True  # it has nothing to do once the run's process has ended
    timer.start()
