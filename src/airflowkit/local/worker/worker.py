"""The run itself, in its own process: Airflow, the loopback API, the pods.

`airflowkit.local.run` starts it as `python -m airflowkit.local.worker.worker EVENTS`, in the environment of
`airflow_home.environment`. EVENTS is the file descriptor for the events; the request is JSON on standard input.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit import _airflow, _airflow_run
from airflowkit.dags import LoadedDag, load_dag
from airflowkit.errors import AirflowKitError
from airflowkit.local.apiserver.server import LocalCluster
from airflowkit.local.apiserver.store import PodStore
from airflowkit.local.fake.clock import Clock
from airflowkit.local.fake.script import Script
from airflowkit.local.fake.scripted import ScriptedKubelet
from airflowkit.local.kubelet.kubelet import Kubelet as RuntimeKubelet
from airflowkit.local.kubelet.objects import LocalObjects
from airflowkit.local.kubelet.own_images import OwnImages
from airflowkit.local.process.events import EventWriter, ModulesLoaded, Notice, OutcomesUsed, Refused
from airflowkit.local.process.request import Request
from airflowkit.local.process.scratch import is_disk_full, no_space
from airflowkit.local.runtimes import choose_runtime
from airflowkit.local.worker.airflow_home import prepare_database
from airflowkit.local.worker.airflow_log import emit_task_events, shorten
from airflowkit.local.worker.consumers import consumers
from airflowkit.local.worker.dag_runs import DagRuns
from airflowkit.local.worker.logbook import LogBook
from airflowkit.local.worker.modules import modules_below
from airflowkit.local.worker.named_assets import register_named_assets
from airflowkit.local.worker.other_dags import with_other_dags
from airflowkit.local.worker.refusal import RunRefused
from airflowkit.local.worker.start import check_start, start_of
from airflowkit.local.worker.stopping import Stopping, end_run
from airflowkit.pods.expansion import is_mapped
from airflowkit.processor.environment import extend_import_path
from airflowkit.repository import repository_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflowkit.local.apiserver.api import Kubelet
    from airflowkit.local.apiserver.store import Pod
    from airflowkit.local.fake.outcomes import PodOutcome
    from airflowkit.local.process.events import Event

    Emit = Callable[[Event], None]

_GARBAGE: Final = 100_000
"""New objects between two garbage collections: the default costs a quarter of the time of Airflow's imports."""


def main() -> int:
    """Serve one request; return the exit status."""
    gc.set_threshold(_GARBAGE)
    _airflow.ignore_own_deprecations()
    return serve(Request(**json.load(sys.stdin)), int(sys.argv[1]))


def serve(request: Request, events: int) -> int:
    """Serve a request in this process, which cannot be used again; return the exit status.

    Args:
        request: What to run.
        events: The file descriptor for the events.
    """
    stopping = Stopping()
    stopping.watch()
    with os.fdopen(events, "w", encoding="utf-8") as stream:
        emit = EventWriter(stream)
        try:
            run(request, emit, stopping)
        except (AirflowKitError, RunRefused) as refused:
            error = refused.why if isinstance(refused, RunRefused) else refused
            emit(Refused(type(error).__name__, error.message, error.hint))
        except KeyboardInterrupt:
            stopping.stand_still_if_asked()
            return 130
        except Exception as error:  # noqa: BLE001  the user has to see whatever Airflow raised
            if is_disk_full(error):
                full = no_space(error)
                emit(Refused(type(full).__name__, full.message, full.hint))
                return 0
            traceback.print_exc()
            return 1
    return 0


def run(request: Request, emit: Emit, stopping: Stopping) -> None:
    """Load the DAG, serve the API, run the DAG, report the result."""
    home, folder = Path(os.environ["AIRFLOW_HOME"]), Path(request.dags_folder)
    prepare_database(home)
    extend_import_path(folder, request.python_path)
    whole = load_dag(request.dag, folder)
    script = Script.from_json(request.script) if request.script else None
    if script:
        script.check(whole.dag, folder)
    loaded = _one_task(whole)
    start = start_of(loaded.dag, request)
    for note in check_start(loaded, start, request.conf or {}):
        emit(Notice(note))
    logs = LogBook(emit)
    store = PodStore(logs.warn)
    kubelet: Kubelet
    with ExitStack() as stack:
        if script:
            clock = Clock()
            stack.enter_context(clock.installed())
            kubelet = scripted_kubelet(script, store, logs, clock)
        else:
            kubelet = runtime_kubelet(request, loaded, store, logs, emit)
        stopping.cluster = stack.enter_context(LocalCluster(store, kubelet, Path(os.environ["KUBECONFIG"])))
        tasks = stack.enter_context(emit_task_events(emit, stopping))
        stack.enter_context(shorten(emit, tasks, stopping, verbose=request.verbose))
        runs = DagRuns(request, home / "dags", emit, tasks, logs)
        stack.enter_context(with_other_dags(runs))
        stack.enter_context(_airflow_run.with_exceptions())
        register_named_assets(loaded.dag, folder, home / "dags")
        prepared = runs.prepare(loaded)
        _airflow_run.task_api()
        runs.run(prepared, start, request.conf)
    emit(ModulesLoaded(list(modules_below(repository_root(folder) or folder))))
    if script:
        emit(OutcomesUsed(script.used))
    for line in consumers(folder):  # last: it imports other files, and one of them may end this process
        emit(Notice(line))


def _one_task(loaded: LoadedDag) -> LoadedDag:
    """Return the DAG reduced to the requested task, if one was named."""
    if loaded.task_id is None:
        return loaded
    dag = loaded.dag.partial_subset([loaded.task_id], include_upstream=False)
    for task in filter(is_mapped, dag.tasks):
        task.expand_input = loaded.dag.get_task(task.task_id).expand_input  # Airflow asks whether it is the same object
    return replace(loaded, dag=dag)


def scripted_kubelet(script: Script, store: PodStore, logs: LogBook, clock: Clock) -> ScriptedKubelet:
    """Return a kubelet that brings pods to their scripted outcomes."""

    def outcome_of(pod: Pod) -> PodOutcome:
        _, map_index, try_number = logs.place(pod)
        return script.outcome(logs.reference(pod), map_index, try_number)

    return ScriptedKubelet(store, outcome_of, clock, logs.add, logs.created)


def runtime_kubelet(request: Request, loaded: LoadedDag, store: PodStore, logs: LogBook, emit: Emit) -> RuntimeKubelet:
    """Return a kubelet that runs the DAG's pods on this computer; report what differs from a cluster."""
    runtime = choose_runtime(request.runtime)
    emit(Notice(runtime.notice))
    objects = LocalObjects.for_dag(loaded.path)
    objects.check()
    images = OwnImages(repository_root(loaded.path) or Path(request.dags_folder))
    return RuntimeKubelet(store, runtime, objects, Path(request.scratch), logs.add, logs.warn, images)


if __name__ == "__main__":
    end_run(main())
