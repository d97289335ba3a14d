"""The fork server of local runs: an Airflow at rest, which is forked for each run.

`airflowkit.local.worker.warm` starts it. It rehearses a run first, so that everything that a run needs is imported,
compiled and cached.
"""

# ruff: noqa: PLC0415  imports are part of the rehearsal
from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from airflowkit.fork_server.child import connected, serve
from airflowkit.fork_server.lifetime import end_with_parent
from airflowkit.local.process.interruption import GRACE
from airflowkit.local.process.request import Request

_REHEARSED: Final = """
from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("airflowkit_rehearsal", schedule=None):
    pod_task("pod", image="none", namespace="none")
"""


def main() -> None:
    """Rehearse, then fork a run at each request, until the caller is gone."""
    caller = connected()
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kept = rehearse()  # noqa: F841  see there
    _note_modules()
    serve(caller, _run)
    os._exit(0)


def rehearse() -> object:
    """Run a DAG of one pod, and come to rest: no thread and no connection may be open at a fork.

    Returns:
        What must not be collected, for Airflow would then close its API for good.
    """
    gc.disable()  # imports leave little garbage, and looking for it takes a quarter of their time
    import airflowkit.alerts.teams.notifier
    import airflowkit.pods.operator.trigger  # noqa: F401
    from airflowkit import _airflow, _airflow_run
    from airflowkit.local.fake.outcomes import Failed
    from airflowkit.local.fake.script import Script
    from airflowkit.local.worker import worker
    from airflowkit.local.worker.stopping import Stopping
    from airflowkit.settings import forget_settings

    _airflow.ignore_own_deprecations()
    path, scratch = list(sys.path), Path(os.environ["KUBECONFIG"]).parent
    file = scratch / "rehearsal" / "dag.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_REHEARSED, encoding="utf-8")
    script = Script(Failed(logs=["rehearsed"]), {}).as_json()
    with suppress(Exception):  # cluster policies may refuse the DAG; then the first runs take longer
        worker.run(Request(str(file), str(file.parent), str(scratch), script=script), lambda _: None, Stopping())
    sys.path[:] = path
    forget_settings()
    return _rest(_airflow_run.task_api())


def _note_modules() -> None:
    """Write down which files of the repository this process has imported: no fork sees a later version of them."""
    from airflowkit.local.worker.modules import foreign_modules
    from airflowkit.local.worker.warm import MODULES

    scratch = Path(os.environ["KUBECONFIG"]).parent
    files = (str(path) for path in foreign_modules() if not path.is_relative_to(scratch))
    (scratch / MODULES).write_text("\n".join(files), encoding="utf-8")


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
    gc.freeze()  # no run's collection looks through all this again, nor copies it
    gc.enable()
    return transport


def _run(request: bytes, events: int, output: int) -> int:
    """Do one run in this process, and return the exit status."""
    from airflowkit.local.worker.stopping import end_run
    from airflowkit.local.worker.worker import serve as serve_run

    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    message = json.loads(request)
    os.environ.clear()
    os.environ.update(message["environ"])
    os.chdir(message["cwd"])
    shutil.rmtree(os.environ["AIRFLOW_HOME"], ignore_errors=True)
    end_run(serve_run(Request(**json.loads(message["request"])), events))


if __name__ == "__main__":
    main()
