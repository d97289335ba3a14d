"""A pool of workers: it hands out files, and blames the open file for whatever ends a worker."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Self

from airflowkit._airflow import home_variables
from airflowkit.checks.model.facts import Failure, FailureKind, FileFacts
from airflowkit.errors import WorkersUnavailable
from airflowkit.fork_server.server import ForkServer, ForkServerEnded
from airflowkit.processor.environment import processor_variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from airflowkit.checks.workers.messages import Answer, Job

GRACE: Final = 5.0
"""Seconds between a worker's own time limit and the pool's, which a file cannot swallow."""
_RULES: Final = "airflowkit.checks.rules"
_ENVIRONMENT: Final = {
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
    "PYTHONUNBUFFERED": "",
}
"""On top of the user's environment: nothing is logged."""


@dataclass(slots=True)
class _Worker:
    pid: int
    channel: Connection
    job: Job | None = None
    deadline: float = 0.0


class Pool:
    """Workers that import DAG files.

    Args:
        modules: What to import before the first fork.
        size: How many workers at a time.
        folder: The DAG folder of all files; without one the workers know no plugins and no import roots.
        again: Whether they parse files a second time: their sets have another order, and they load no rules.
    """

    def __init__(self, modules: tuple[str, ...], size: int, folder: Path | None = None, *, again: bool = False) -> None:
        # removed at exit, too, in case of an interrupt before `__exit__`
        self._scratch = TemporaryDirectory(prefix="airflowkit-check-", ignore_cleanup_errors=True)
        self._modules = modules if again else (_RULES, *modules)
        self._size = size
        self._environment = _environment(Path(self._scratch.name), folder, hash_seed=int(again))
        self._fork_server = self._started()
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, and remove their files."""
        self.end_workers()
        self._fork_server.close()
        self._scratch.cleanup()

    def end_workers(self) -> None:
        """End the workers, which know the files as they were; the next ones are forked from the same Airflow."""
        while self._workers:
            with suppress(ForkServerEnded):
                self._exit_status(self._workers.pop())

    def results(self, jobs: Iterable[Job]) -> Iterator[FileFacts]:
        """Yield the facts of each file, as the workers finish with them."""
        waiting = deque(jobs)
        if waiting:
            self._await_ready()
        while waiting or any(worker.job for worker in self._workers):
            self._hand_out(waiting)
            yield from self._finished()

    def _hand_out(self, waiting: deque[Job]) -> None:
        while waiting and len(self._workers) < self._size:
            self._workers.append(self._new_worker())
            self._give(self._workers[-1], waiting.popleft())
        for worker in self._workers:
            if waiting and not worker.job:
                self._give(worker, waiting.popleft())

    def _give(self, worker: _Worker, job: Job) -> None:
        worker.job = job
        worker.deadline = time.monotonic() + job.options.import_timeout + GRACE
        with suppress(OSError):  # it died while idle, as reading shows
            worker.channel.send(job)

    def _finished(self) -> Iterator[FileFacts]:
        busy = {worker.channel: worker for worker in self._workers if worker.job}
        soonest = min(worker.deadline for worker in busy.values())
        ready = wait(busy, timeout=max(0.0, soonest - time.monotonic()))
        for channel, worker in busy.items():
            if channel in ready and worker.job:
                yield self._received(worker, worker.job)
        for worker in busy.values():
            if worker.job and worker.deadline <= time.monotonic():
                yield self._given_up(worker, worker.job)

    def _received(self, worker: _Worker, job: Job) -> FileFacts:
        worker.job = None
        try:
            answer: Answer = worker.channel.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            return FileFacts(job.path, Failure(FailureKind.DEATH, _describe_exit(self._end(worker))))
        if answer.last:
            self._end(worker)
        return answer.facts

    def _given_up(self, worker: _Worker, job: Job) -> FileFacts:
        worker.job = None
        self._end(worker)
        seconds = job.options.import_timeout + GRACE
        text = f"still running after {seconds:g} s, and swallows the exception that should have ended it"
        return FileFacts(job.path, Failure(FailureKind.TIMEOUT, text))

    def _end(self, worker: _Worker) -> int:
        self._workers.remove(worker)
        try:
            return self._exit_status(worker)
        except ForkServerEnded:  # a file has killed the fork server, too
            self._renew()
            return -signal.SIGKILL

    def _exit_status(self, worker: _Worker) -> int:
        """End a worker with everything that it started, and return its exit status."""
        worker.channel.close()
        return self._fork_server.exit_status(worker.pid)

    def _new_worker(self) -> _Worker:
        try:
            return self._forked()
        except ForkServerEnded:
            self._renew()
            return self._forked()

    def _forked(self) -> _Worker:
        ours, theirs = socket.socketpair()
        channel = Connection(ours.detach())
        with theirs:
            return _Worker(self._fork_server.fork(theirs.fileno()), channel)

    def _renew(self) -> None:
        self._fork_server.close()
        self._fork_server = self._started()
        self._await_ready()

    def _started(self) -> ForkServer:
        log = Path(self._scratch.name, "stderr")
        return ForkServer("airflowkit.checks.workers.worker", *self._modules, environ=self._environment, log=log)

    def _await_ready(self) -> None:
        try:
            self._fork_server.await_ready()
        except ForkServerEnded as ended:
            hint = "`airflow version` should work in this environment"
            raise WorkersUnavailable(f"cannot import Airflow: {ended}", hint=hint) from None


def _environment(scratch: Path, folder: Path | None, hash_seed: int) -> dict[str, str]:
    """Keep Airflow from writing to the user's AIRFLOW_HOME, but let it read the configuration there."""
    home = os.environ.get("AIRFLOW_HOME", "")
    config = Path(os.environ.get("AIRFLOW_CONFIG", "") or Path(home or scratch, "airflow.cfg"))
    own = _ENVIRONMENT | home_variables(scratch) | {"PYTHONHASHSEED": str(hash_seed)}
    if config.is_file():
        own["AIRFLOW_CONFIG"] = str(config)
    return os.environ | own | (processor_variables(folder) if folder else {})


def _describe_exit(status: int) -> str:
    if status >= 0:
        return f"ends its process with exit code {status}"
    return f"its process was killed by {signal.Signals(-status).name}"
