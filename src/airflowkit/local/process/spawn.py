"""The process of a run: started, listened to, and ended whatever happens to its caller."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import IO, TYPE_CHECKING, Final

from airflowkit.local.process.events import Event, Output
from airflowkit.local.process.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

OnEvent = Callable[[Event], None]
Worker = Callable[[Request, Mapping[str, str], OnEvent], AbstractContextManager[IO[str]]]
"""Starts the process of a run with an environment, yields what it writes of events, and leaves no trace of it."""

GRACE: Final = 10.0
"""Seconds that an interrupted run has to clean up."""
_PR_SET_PDEATHSIG: Final = 1


@contextmanager
def spawn_worker(request: Request, environ: Mapping[str, str], on_event: OnEvent) -> Iterator[IO[str]]:
    """Be a `Worker` that starts an Airflow for this run only."""
    reading, writing = os.pipe()
    with subprocess.Popen(  # noqa: S603  ourselves
        [sys.executable, "-m", "airflowkit.local.worker.worker", str(writing)],
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
        with forward_output(process.stdout, on_event) as broken_off:
            try:
                _hand_over(process, request)
                with os.fdopen(reading, encoding="utf-8") as stream:
                    yield stream
                process.wait()
            except BaseException:
                broken_off.set()
                raise
            finally:
                _end(process)


@contextmanager
def forward_output(output: IO[str] | None, on_event: OnEvent) -> Iterator[threading.Event]:
    """Pass on, from a thread, what a run prints, to its end; what it says of its being broken off is for nobody.

    Yields:
        What to set when it is.
    """
    broken_off = threading.Event()

    def pass_on() -> None:
        for line in output or ():
            if not broken_off.is_set():
                on_event(Output(line.rstrip("\n")))

    thread = threading.Thread(target=pass_on)
    thread.start()
    try:
        yield broken_off
    finally:
        thread.join()


def end_with_parent() -> None:
    """End this process when its parent ends, however that ends; only Linux can promise it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _hand_over(process: subprocess.Popen[str], request: Request) -> None:
    if process.stdin:
        with suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(request.as_json())


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
