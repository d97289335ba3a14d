"""An Airflow that stays: its imports are paid once, and each run is a fork of it.

`WarmAirflow` is the caller's side. The other is `python -m airflowkit.local.warm SOCKET`: for each run it takes three
file descriptors (the request, where the events go, where the output goes), and answers with the process that runs it.
A run is a process of its own, as that of `airflowkit.local.run` is: nothing of one is left for the next.
"""

# ruff: noqa: PLC0415  its runs share what it imports, and its caller imports none of that
from __future__ import annotations

import asyncio
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from airflowkit.local.events import Event, Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from airflowkit.local.worker import Request

_PR_SET_PDEATHSIG: Final = 1
_PID: Final = 8
"""Bytes of a process id, and of the answer that it has ended."""
_GRACE: Final = 10.0


class WarmAirflow:
    """Runs DAGs one after the other; the first waits for Airflow to start.

    Example:
        with WarmAirflow() as airflow:
            run_dag("orders", dags_folder=folder, worker=airflow.worker)
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="airflowkit-warm-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._settings: Mapping[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def worker(
        self, request: Request, environ: Mapping[str, str], on_event: Callable[[Event], None]
    ) -> Iterator[IO[str]]:
        """Start a run; yield its events; leave no trace of it, whatever happens meanwhile."""
        here = self._at_home(environ)
        self._start(here)
        (reading, events), (output, writing) = os.pipe(), os.pipe()
        pid = self._send({"request": request.as_json(), "environ": here, "cwd": str(Path.cwd())}, events, writing)
        printer = threading.Thread(target=_print, args=(output, on_event))
        printer.start()
        try:
            with os.fdopen(reading, encoding="utf-8") as stream:
                yield stream
        except BaseException:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            raise
        finally:
            self._await_end(pid)
            printer.join()

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
        with other:
            self._process = subprocess.Popen(  # noqa: S603  ourselves
                [sys.executable, "-m", "airflowkit.local.warm", str(other.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(other.fileno(),),
                env=environ,
                start_new_session=True,  # Ctrl-C reaches it through us, once
            )
        self._settings = settings

    def _send(self, message: Mapping[str, object], *descriptors: int) -> int:
        payload = os.memfd_create("airflowkit-request")  # in memory: the environment holds secrets
        os.write(payload, json.dumps(message).encode())
        os.lseek(payload, 0, os.SEEK_SET)
        socket.send_fds(self._socket, [b"r"], [payload, *descriptors])
        for descriptor in (payload, *descriptors):
            os.close(descriptor)
        return int.from_bytes(self._socket.recv(_PID), "big")

    def _await_end(self, pid: int) -> None:
        self._socket.settimeout(_GRACE)
        try:
            self._socket.recv(_PID)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._socket.settimeout(None)
            self._socket.recv(_PID)
        self._socket.settimeout(None)

    def _stop(self) -> None:
        if self._process is None:
            return
        self._socket.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _print(descriptor: int, on_event: Callable[[Event], None]) -> None:
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as stream:
        for line in stream:
            on_event(Output(line.rstrip("\n")))


def main() -> None:
    """Serve runs until the caller is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    preload()
    with socket.socket(fileno=int(sys.argv[1])) as caller:
        while True:
            message, descriptors, *_ = socket.recv_fds(caller, 1, 3)
            if not message:
                return
            pid = os.fork()
            if pid == 0:
                caller.close()
                _run(*descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            caller.send(pid.to_bytes(_PID, "big"))
            os.waitpid(pid, 0)
            caller.send(bytes(_PID))


def preload() -> None:
    """Import what every run needs; nothing may start a thread or open the database, for neither outlives a fork."""
    import httpx
    from airflow.dag_processing import collection  # noqa: F401
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    import airflowkit.alerts.notifier
    import airflowkit.local.worker
    import airflowkit.pods.operator
    import airflowkit.pods.task
    import airflowkit.pods.trigger  # noqa: F401
    from airflowkit import _airflow

    _airflow.dag_bag_class()

    async def call(app: Any) -> None:
        """Ask the API that tasks talk to for something: its first answer, whatever that is, takes seconds."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://airflow") as client:
            await client.get("/nothing")

    asyncio.run(call(in_process_api_server().app))


def _run(payload: int, events: int, output: int) -> None:
    """Be the process of one run, to its end."""
    from airflowkit.local.worker import Request, serve

    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    with os.fdopen(payload, encoding="utf-8") as stream:
        message = json.load(stream)
    os.environ.clear()
    os.environ.update(message["environ"])
    os.chdir(message["cwd"])
    shutil.rmtree(os.environ["AIRFLOW_HOME"], ignore_errors=True)
    status = serve(Request(**json.loads(message["request"])), events)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
