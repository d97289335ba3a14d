"""An Airflow that stays: it starts once, and each run is a fork of it.

This is the client's side; the other is `airflowkit.local.worker.forkserver`. Each run has a process of its own here,
too, so that nothing of one run is left for the next.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from airflowkit.errors import LocalRunError
from airflowkit.fork_server.server import ForkServer, ForkServerEnded
from airflowkit.local.process.interruption import GRACE
from airflowkit.local.process.scratch import scratch_folder
from airflowkit.local.process.spawn import RunningWorker, forward_output
from airflowkit.processor.environment import PLUGINS_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.local.process.request import Request
    from airflowkit.local.process.spawn import OnEvent

MODULES: Final = "modules"
"""The file in which the fork server lists the modules of the repository that it has imported."""
_SWITCH: Final = "AIRFLOWKIT_WARM"


def can_stay_warm() -> bool:
    """Return whether an Airflow can be forked here: on Linux, unless AIRFLOWKIT_WARM is 0.

    Elsewhere forking is not safe: the system's own libraries may have threads (on macOS they do).
    """
    return sys.platform == "linux" and os.environ.get(_SWITCH) != "0"


class WarmAirflow:
    """Runs DAGs one after the other; the first run waits for Airflow to start.

    Examples:
        with WarmAirflow() as airflow:
            run_dag("orders", dags_folder=folder, worker=airflow.worker)
    """

    def __enter__(self) -> Self:
        self._server: ForkServer | None = None
        self._settings: Mapping[str, str] = {}
        self._imported: Mapping[Path, int] = {}
        self._at_exit = ExitStack()
        self._folder = self._at_exit.enter_context(scratch_folder("airflowkit-warm-"))
        self._at_exit.callback(self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._at_exit.close()

    @contextmanager
    def worker(self, request: Request, environ: Mapping[str, str], on_event: OnEvent) -> Iterator[RunningWorker]:
        """Start a run in a fork of this Airflow.

        Raises:
            LocalRunError: Airflow does not start.
        """
        here = self._at_home(environ)
        server = self._started(here)
        (reading, events), (output, writing) = os.pipe(), os.pipe()
        with (
            os.fdopen(reading, encoding="utf-8") as stream,
            os.fdopen(output, encoding="utf-8", errors="replace") as printed,
        ):
            message = {"request": request.as_json(), "environ": here, "cwd": str(Path.cwd())}
            pid = _fork(server, message, events, writing)
            run = _Fork(pid)
            with forward_output(printed, on_event) as interrupted:
                try:
                    yield RunningWorker(stream, run.send, run.kill)
                except BaseException:
                    interrupted.set()
                    run.send(signal.SIGTERM)
                    raise
                finally:
                    stream.close()  # nobody reads it any more: the run must not wait for that
                    with suppress(ForkServerEnded):  # the missing end of the events says enough
                        server.exit_status(pid, GRACE)
                    run.pid = 0

    def _at_home(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return a run's environment with paths that stay: Airflow and the Kubernetes client read them once."""
        home, kubeconfig = Path(environ["AIRFLOW_HOME"]), environ["KUBECONFIG"]
        ours = str(self._folder / "airflow")
        moved = {name: value.replace(str(home), ours) for name, value in environ.items()}
        return moved | {"KUBECONFIG": kubeconfig.replace(str(home.parent), str(self._folder))}

    def _started(self, environ: Mapping[str, str]) -> ForkServer:
        """Return the server; start it, or again if it would be set up otherwise: Airflow reads its settings once."""
        settings = {name: value for name, value in environ.items() if name.startswith(("AIRFLOW__", "PYTHON"))}
        alive = self._server is not None and self._server.is_alive
        if self._server and alive and settings == self._settings and self._imported == self._states():
            return self._server
        self._stop()
        log = self._folder / "start.log"
        self._server = ForkServer("airflowkit.local.worker.forkserver", environ=environ, log=log)
        self._settings = settings
        with _as_local_run_error():
            self._server.await_ready()
        self._imported = self._states()
        return self._server

    def _states(self) -> dict[Path, int]:
        """Return when each file was changed that Airflow imported when it started, and each plugin."""
        plugins = Path(self._settings.get(PLUGINS_FOLDER) or self._folder / "plugins")
        listed = (self._folder / MODULES).read_text(encoding="utf-8").splitlines()
        return {path: _changed(path) for path in (*map(Path, listed), *plugins.rglob("*.py"))}

    def _stop(self) -> None:
        if self._server:
            self._server.close()
        self._server = None


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


class _Fork:
    """A run's process, to be signalled until its id may be another's."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def send(self, number: int) -> None:
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)


def _fork(server: ForkServer, message: Mapping[str, object], *descriptors: int) -> int:
    """Fork the server for a run that gets the descriptors, and return the run's process id."""
    try:
        with _as_local_run_error():
            return server.fork(*descriptors, request=json.dumps(message).encode())
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


@contextmanager
def _as_local_run_error() -> Iterator[None]:
    try:
        yield
    except ForkServerEnded as ended:
        raise LocalRunError(f"Airflow did not start: {ended}", hint="try `airflowkit run --verbose`") from None
