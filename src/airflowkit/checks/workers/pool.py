"""Workers as the parent sees them: it hands out files, and blames the open file for whatever ends a worker."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import send_handle
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from airflowkit.checks.model.facts import Failure, FailureKind, FileFacts
from airflowkit.checks.workers.messages import FORK
from airflowkit.errors import WorkersUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from airflowkit.checks.workers.messages import Answer, Job

GRACE: Final = 5.0
"""Seconds between a worker's own time limit and the parent's, which a file cannot swallow."""
ENVIRONMENT: Final = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
    "PYTHONUNBUFFERED": "",
}
"""Over the user's environment: nothing is logged, and no database is configured."""


@dataclass(slots=True)
class _Worker:
    pid: int
    channel: Connection
    job: Job | None = None
    deadline: float = 0.0


class _ForkServer:
    """The process that has imported Airflow and forks the workers."""

    def __init__(self, modules: tuple[str, ...], hash_seed: int, plugins: Path | None) -> None:
        # goes with the interpreter, too, should an interrupt come before `close`
        self._scratch = tempfile.TemporaryDirectory(prefix="airflowkit-check-", ignore_cleanup_errors=True)
        home = Path(self._scratch.name)
        self._errors = home / "stderr"
        ours, theirs = socket.socketpair()
        found = {"AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins)} if plugins else {}
        environment = os.environ | ENVIRONMENT | found | {"PYTHONHASHSEED": str(hash_seed)} | _homes(home)
        # -P: what lies in the current folder must not stand in for an installed package
        command = [sys.executable, "-P", "-m", "airflowkit.checks.workers.worker", str(theirs.fileno())]
        self._ready = False
        self._control = Connection(ours.detach())
        with self._errors.open("wb") as errors, theirs, _uninterrupted(end=self.close):
            self._process = subprocess.Popen(  # noqa: S603  this very Python
                command,
                pass_fds=[theirs.fileno()],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        self._control.send(modules)

    def await_ready(self) -> None:
        """Wait until Airflow is imported.

        Raises:
            WorkersUnavailable: It cannot be.
        """
        if self._ready:
            return
        try:
            self._ready = self._control.recv()
        except (EOFError, OSError):
            lines = self._errors.read_text(errors="replace").strip().splitlines() or ["no reason given"]
            self.close()
            raise WorkersUnavailable(
                f"cannot import Airflow: {lines[-1]}", hint="`airflow version` should work in this environment"
            ) from None

    def fork(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            self._control.send(FORK)
            send_handle(self._control, theirs.fileno(), self._process.pid)
        return _Worker(self._control.recv(), Connection(ours.detach()))

    def reap(self, worker: _Worker) -> int:
        """End a worker with all that it started, and return its exit code."""
        worker.channel.close()
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        self._control.send(worker.pid)
        return int(self._control.recv())

    def close(self) -> None:
        self._control.close()
        if not self._ready:
            self._process.kill()  # it imports, and has forked nobody yet
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._scratch.cleanup()


class Pool:
    """Workers that import DAG files.

    Args:
        modules: What to import before the first fork.
        size: How many workers at a time.
        hash_seed: Python's, so that two pools order sets differently.
        plugins: The repository's folder of Airflow plugins, if it has one.
    """

    def __init__(self, modules: tuple[str, ...], size: int, hash_seed: int = 0, plugins: Path | None = None) -> None:
        self._plugins = plugins
        self._modules = modules
        self._size = size
        self._hash_seed = hash_seed
        self._fork_server = _ForkServer(modules, hash_seed, plugins)
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            with suppress(OSError, EOFError):
                self._fork_server.reap(worker)
        self._fork_server.close()

    def results(self, jobs: Iterable[Job]) -> Iterator[FileFacts]:
        """Yield what the workers tell of each file, as they finish."""
        waiting = deque(jobs)
        if waiting:
            self._fork_server.await_ready()
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
        with suppress(OSError):  # it died while idle: reading tells
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
            return self._fork_server.reap(worker)
        except (EOFError, OSError):  # a file has killed the zygote, too
            self._renew()
            return -signal.SIGKILL

    def _new_worker(self) -> _Worker:
        try:
            return self._fork_server.fork()
        except (EOFError, OSError):
            self._renew()
            return self._fork_server.fork()

    def _renew(self) -> None:
        self._fork_server.close()
        self._fork_server = _ForkServer(self._modules, self._hash_seed, self._plugins)
        self._fork_server.await_ready()


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


def _homes(scratch: Path) -> dict[str, str]:
    """Keep Airflow from writing to the user's AIRFLOW_HOME, but let it read the configuration there."""
    home = os.environ.get("AIRFLOW_HOME", "")
    config = Path(os.environ.get("AIRFLOW_CONFIG", "") or Path(home or scratch, "airflow.cfg"))
    homes = {"AIRFLOW_HOME": str(scratch), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{scratch}/none.db"}
    return homes | ({"AIRFLOW_CONFIG": str(config)} if config.is_file() else {})


def _describe_exit(status: int) -> str:
    if status >= 0:
        return f"ends its process with exit code {status}"
    return f"its process was killed by {signal.Signals(-status).name}"
