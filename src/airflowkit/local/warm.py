"""An Airflow that stays: its start is paid once, and each run is a fork of it.

`WarmAirflow` is the caller's side. The other is `python -m airflowkit.local.warm SOCKET`: it rehearses a run, so that
all is imported, compiled and cached that a run needs, and then takes for each run three file descriptors (the request,
where the events go, where the output goes), and answers with the process that runs it. A run is a process of its own,
as that of `airflowkit.local.run` is: nothing of one is left for the next.
"""

# ruff: noqa: PLC0415  its runs share what it imports, and its caller imports none of that
from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from airflowkit.errors import LocalRunError
from airflowkit.local.events import Event, Output
from airflowkit.local.process import end_with_parent
from airflowkit.local.request import Request
from airflowkit.local.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SWITCH: Final = "AIRFLOWKIT_WARM"
_PID: Final = 8
"""Bytes of a process id, and of the answer that it has ended."""
_GRACE: Final = 10.0
_REHEARSED: Final = """
from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("airflowkit_rehearsal", schedule=None):
    pod_task("pod", image="none", namespace="none")
"""


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
    def worker(
        self, request: Request, environ: Mapping[str, str], on_event: Callable[[Event], None]
    ) -> Iterator[IO[str]]:
        """Start a run; yield its events; leave no trace of it, whatever happens meanwhile.

        Raises:
            LocalRunError: Airflow does not start.
        """
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
        with other, self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  ourselves
                [sys.executable, "-m", "airflowkit.local.warm", str(other.fileno())],
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
            answer = self._socket.recv(_PID)
        for descriptor in (payload, *descriptors):
            os.close(descriptor)
        if not answer:
            said = self._log.read_text(errors="replace").strip().rsplit("\n", 1)[-1]
            raise LocalRunError(f"Airflow did not start: {said}", hint="try `airflowkit run --verbose`")
        return int.from_bytes(answer, "big")

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
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kept = rehearse()  # noqa: F841  see there
    with socket.socket(fileno=int(sys.argv[1])) as caller:
        while True:
            message, descriptors, *_ = socket.recv_fds(caller, 1, 3)
            if not message:
                os._exit(0)
            pid = os.fork()
            if pid == 0:
                caller.close()
                _run(*descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            caller.send(pid.to_bytes(_PID, "big"))
            os.waitpid(pid, 0)
            caller.send(bytes(_PID))


def rehearse() -> object:
    """Run a DAG of one pod, and come to rest: no thread and no connection outlives a fork.

    Returns:
        What must not be collected, for Airflow would then close its API for good.
    """
    import airflowkit.alerts.notifier
    import airflowkit.pods.trigger  # noqa: F401
    from airflowkit import _airflow
    from airflowkit.local import worker
    from airflowkit.local.fates import Failed
    from airflowkit.local.script import Script
    from airflowkit.settings import forget_settings

    api = _airflow.task_api()
    path, scratch = list(sys.path), Path(os.environ["KUBECONFIG"]).parent
    file = scratch / "rehearsal" / "dag.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_REHEARSED, encoding="utf-8")
    script = Script(Failed(logs=["rehearsed"]), {}).as_json()
    with suppress(Exception):  # the installation's own policies may refuse it; then the first runs take longer
        worker.run(Request(str(file), str(file.parent), str(scratch), script=script), lambda _: None)
    sys.path[:] = path
    forget_settings()
    return _rest(api)


def _rest(api: Any) -> object:
    from airflow import settings

    transport = api.transport
    transport.app.loop.call_soon_threadsafe(transport.app.loop.stop)
    del api.transport  # each run makes its own, with a thread of its own
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(_GRACE)
    settings.engine.dispose()
    gc.collect()
    gc.freeze()  # the runs need not look through all this again, nor copy it
    return transport


def _run(payload: int, events: int, output: int) -> None:
    """Be the process of one run, to its end."""
    from airflowkit.local.worker import serve

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
