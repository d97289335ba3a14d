"""An Airflow that stays: its start is paid once, and each run is a fork of it.

This is the caller's side; the other is `airflowkit.local.worker.forkserver`. A run is a process of its own here, too:
nothing of one is left for the next.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

from airflowkit.errors import LocalRunError
from airflowkit.local.process.scratch import scratch_folder
from airflowkit.local.process.spawn import GRACE, forward_output
from airflowkit.local.worker.forkserver import PID_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.local.process.request import Request
    from airflowkit.local.process.spawn import OnEvent

_SWITCH: Final = "AIRFLOWKIT_WARM"


def can_stay_warm() -> bool:
    """Return whether an Airflow can be forked here: on Linux, unless AIRFLOWKIT_WARM is 0.

    Elsewhere a fork is not safe: the system's own libraries may have threads (on macOS they have).
    """
    return sys.platform == "linux" and os.environ.get(_SWITCH) != "0"


class WarmAirflow:
    """Runs DAGs one after the other; the first waits for Airflow to start.

    Example:
        with WarmAirflow() as airflow:
            run_dag("orders", dags_folder=folder, worker=airflow.worker)
    """

    def __enter__(self) -> Self:
        self._process: subprocess.Popen[bytes] | None = None
        self._settings: Mapping[str, str] = {}
        self._at_exit = ExitStack()
        self._folder = self._at_exit.enter_context(scratch_folder("airflowkit-warm-"))
        self._at_exit.callback(self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._at_exit.close()

    @contextmanager
    def worker(self, request: Request, environ: Mapping[str, str], on_event: OnEvent) -> Iterator[IO[str]]:
        """Be a `Worker` that forks this Airflow.

        Raises:
            LocalRunError: Airflow does not start.
        """
        here = self._at_home(environ)
        self._start(here)
        (reading, events), (output, writing) = os.pipe(), os.pipe()
        with (
            os.fdopen(reading, encoding="utf-8") as stream,
            os.fdopen(output, encoding="utf-8", errors="replace") as printed,
        ):
            pid = self._send({"request": request.as_json(), "environ": here, "cwd": str(Path.cwd())}, events, writing)
            with forward_output(printed, on_event) as broken_off:
                try:
                    yield stream
                except BaseException:
                    broken_off.set()
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGINT)
                    raise
                finally:
                    stream.close()  # nobody reads it any more: the run must not wait for that
                    self._await_end(pid)

    def _at_home(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return a run's environment with places that stay: Airflow and the Kubernetes client look for them once."""
        home, kubeconfig = Path(environ["AIRFLOW_HOME"]), environ["KUBECONFIG"]
        ours = str(self._folder / "airflow")
        moved = {name: value.replace(str(home), ours) for name, value in environ.items()}
        return moved | {"KUBECONFIG": kubeconfig.replace(str(home.parent), str(self._folder))}

    def _start(self, environ: Mapping[str, str]) -> None:
        """Start Airflow, or again where it would be set up otherwise: it reads its settings once."""
        settings = {name: value for name, value in environ.items() if name.startswith(("AIRFLOW__", "PYTHON"))}
        if self._process and self._process.poll() is None and settings == self._settings:
            return
        self._stop()
        self._socket, other = socket.socketpair()
        with other, self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  ourselves
                [sys.executable, "-m", "airflowkit.local.worker.forkserver", str(other.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(other.fileno(),),
                env=environ,
                start_new_session=True,  # Ctrl-C reaches it through us, once
            )
        self._settings = settings

    @property
    def _log(self) -> Path:
        return self._folder / "start.log"

    def _send(self, message: Mapping[str, object], *descriptors: int) -> int:
        payload = os.memfd_create("airflowkit-request")  # in memory: the environment holds secrets
        os.write(payload, json.dumps(message).encode())
        os.lseek(payload, 0, os.SEEK_SET)
        answer = b""
        with suppress(ConnectionError):
            socket.send_fds(self._socket, [b"r"], [payload, *descriptors])
            answer = self._socket.recv(PID_BYTES)
        for descriptor in (payload, *descriptors):
            os.close(descriptor)
        if not answer:
            said = self._log.read_text(errors="replace").strip().rsplit("\n", 1)[-1]
            raise LocalRunError(f"Airflow did not start: {said}", hint="try `airflowkit run --verbose`")
        return int.from_bytes(answer, "big")

    def _await_end(self, pid: int) -> None:
        self._socket.settimeout(GRACE)
        try:
            self._socket.recv(PID_BYTES)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._socket.settimeout(None)
            self._socket.recv(PID_BYTES)
        self._socket.settimeout(None)

    def _stop(self) -> None:
        if self._process is None:
            return
        self._socket.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
