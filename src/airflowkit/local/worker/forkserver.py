"""The process that `airflowkit.local.worker.warm` keeps: an Airflow at rest, which is forked for each run.

It is started as `python -m airflowkit.local.worker.forkserver SOCKET`. First it rehearses a run, so that all is
imported, compiled and cached that a run needs. Then it takes for each run three file descriptors (the request, where
the events go, where the output goes), and answers with the process that runs it, and again when that has ended.
"""

# ruff: noqa: PLC0415  its caller, who imports this for a constant, pays for none of that
from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from airflowkit.local.process.request import Request
from airflowkit.local.process.spawn import GRACE, end_with_parent

PID_BYTES: Final = 8
"""The size of a process id, and of the answer that it has ended."""
_REHEARSED: Final = """
from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("airflowkit_rehearsal", schedule=None):
    pod_task("pod", image="none", namespace="none")
"""


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
            caller.send(pid.to_bytes(PID_BYTES, "big"))
            os.waitpid(pid, 0)
            caller.send(bytes(PID_BYTES))


def rehearse() -> object:
    """Run a DAG of one pod, and come to rest: no thread and no connection outlives a fork.

    Returns:
        What must not be collected, for Airflow would then close its API for good.
    """
    gc.disable()  # imports leave little garbage, and looking for it takes a quarter of their time
    import airflowkit.alerts.teams.notifier
    import airflowkit.pods.operator.trigger  # noqa: F401
    from airflowkit import _airflow
    from airflowkit.local.fake.outcomes import Failed
    from airflowkit.local.fake.script import Script
    from airflowkit.local.worker import worker
    from airflowkit.settings import forget_settings

    path, scratch = list(sys.path), Path(os.environ["KUBECONFIG"]).parent
    file = scratch / "rehearsal" / "dag.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_REHEARSED, encoding="utf-8")
    script = Script(Failed(logs=["rehearsed"]), {}).as_json()
    with suppress(Exception):  # the installation's own policies may refuse it; then the first runs take longer
        worker.run(Request(str(file), str(file.parent), str(scratch), script=script), lambda _: None)
    sys.path[:] = path
    forget_settings()
    return _rest(_airflow.task_api())


def _rest(api: Any) -> object:
    from airflow import settings

    transport = api.transport
    transport.app.loop.call_soon_threadsafe(transport.app.loop.stop)
    del api.transport  # each run makes its own, with a thread of its own
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(GRACE)
    settings.engine.dispose()
    gc.collect()
    gc.freeze()  # the runs need not look through all this again, nor copy it
    gc.enable()
    return transport


def _run(payload: int, events: int, output: int) -> None:
    """Be the process of one run, to its end."""
    from airflowkit.local.worker.worker import serve

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
