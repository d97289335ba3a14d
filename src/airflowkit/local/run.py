"""Runs a DAG on this computer, pods included, and tells how it went.

The run has a process of its own, so that Airflow's settings, imports and threads are its own too, and so that nothing
stays behind however it ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

from airflowkit import errors
from airflowkit.errors import AirflowKitError, LocalRunError
from airflowkit.local.airflow_home import environment
from airflowkit.local.events import Event, Output, Refused, RunEnded, TaskRun, read_events
from airflowkit.local.request import Request
from airflowkit.local.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from airflowkit.local.script import Script

    Worker = Callable[
        [Request, Mapping[str, str], Callable[[Event], None]],
        AbstractContextManager[IO[str]],
    ]

_GRACE: Final = 10.0
"""Seconds that an interrupted run has to clean up."""


@dataclass(frozen=True, slots=True)
class DagRunResult:
    """How a run ended.

    Attributes:
        dag_id: The DAG.
        run_id: Airflow's name of the run.
        state: `success` or `failed`.
        tasks: Each task instance, upstream first.
        folder: Where the run's files are, if they were to be kept.
    """

    dag_id: str
    run_id: str
    state: str
    tasks: tuple[TaskRun, ...]
    folder: Path | None = None

    @property
    def ok(self) -> bool:
        """Whether the run succeeded."""
        return self.state == "success"

    def task(self, task_id: str, map_index: int = -1) -> TaskRun:
        """Return a task instance.

        Raises:
            LookupError: There is none.
        """
        for task in self.tasks:
            if (task.task_id, task.map_index) == (task_id, map_index):
                return task
        raise LookupError(f"no task {task_id!r} with index {map_index} in the run of {self.dag_id!r}")


def run_dag(  # noqa: PLR0913  what the command's options are
    dag: str,
    *,
    dags_folder: Path,
    conf: Mapping[str, Any] | None = None,
    logical_date: str | None = None,
    runtime: str = "auto",
    keep: bool = False,
    verbose: bool = False,
    script: Script | None = None,
    worker: Worker | None = None,
    on_event: Callable[[Event], None] = lambda _: None,
) -> DagRunResult:
    """Run a DAG with no cluster.

    Args:
        dag: A DAG id, a file with one DAG, or `DAG.TASK` for one task alone.
        dags_folder: The DAG folder.
        conf: The DAG run's configuration.
        logical_date: ISO 8601; defaults to now.
        runtime: What runs the pods' containers: `auto`, `process`, `podman`, `docker`.
        keep: Whether to leave the run's folder (volumes, database) where it is.
        verbose: Whether Airflow's own log is of interest.
        script: What becomes of each pod; None to run them.
        worker: Starts the run's process; by default one with an Airflow of its own.
        on_event: Called with each event; with `Output` from another thread.

    Raises:
        DagNotFound: There is no such DAG.
        DagLoadError: Its file cannot be imported.
        LocalRunError: The run could not start, or broke off.
    """
    with _termination_as_interrupt(), scratch_folder("airflowkit-run-", keep=keep) as scratch:
        written = script.as_json() if script else None
        request = Request(dag, str(dags_folder), str(scratch), runtime, conf, logical_date, verbose, written)
        environ = environment(scratch / "airflow", scratch / "kubeconfig.json", verbose=verbose)
        events: list[Event] = []
        with (worker or _worker)(request, environ, on_event) as stream:
            for event in read_events(stream):
                events.append(event)
                on_event(event)
    return _result(events, scratch if keep else None)


def _result(events: list[Event], folder: Path | None) -> DagRunResult:
    for event in events:
        if isinstance(event, Refused):
            raise _restored(event)
    ended = next((event for event in events if isinstance(event, RunEnded)), None)
    if ended is None:
        raise LocalRunError("the run broke off before its end", hint="see above; --verbose shows Airflow's log")
    tasks = tuple(event for event in events if isinstance(event, TaskRun))
    return DagRunResult(ended.dag_id, ended.run_id, ended.state, tasks, folder)


def _restored(refused: Refused) -> AirflowKitError:
    """Return the worker's exception as it was raised there."""
    cls = getattr(errors, refused.error)
    error: AirflowKitError = cls.__new__(cls)
    AirflowKitError.__init__(error, refused.message, hint=refused.hint)
    return error


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """Clean up on SIGTERM as on Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _worker(request: Request, environ: Mapping[str, str], on_event: Callable[[Event], None]) -> Iterator[IO[str]]:
    """Start the run's process; yield its events; leave no trace of it, whatever happens meanwhile."""
    reading, writing = os.pipe()
    with subprocess.Popen(  # noqa: S603  ourselves
        [sys.executable, "-m", "airflowkit.local.worker", str(writing)],
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
        printer = threading.Thread(target=_print, args=(process.stdout, on_event))
        printer.start()
        try:
            _hand_over(process, request)
            with os.fdopen(reading, encoding="utf-8") as stream:
                yield stream
            process.wait()
        finally:
            _end(process)
            printer.join()


def _hand_over(process: subprocess.Popen[str], request: Request) -> None:
    if process.stdin:
        with suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(request.as_json())


def _print(stream: IO[str] | None, on_event: Callable[[Event], None]) -> None:
    for line in stream or ():
        on_event(Output(line.rstrip("\n")))


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
