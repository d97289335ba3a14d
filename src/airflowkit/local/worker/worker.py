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
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit import _airflow
from airflowkit.dags import LoadedDag, load_dag
from airflowkit.errors import AirflowKitError
from airflowkit.local.apiserver.server import LocalCluster
from airflowkit.local.apiserver.store import PodStore
from airflowkit.local.fake.clock import Clock
from airflowkit.local.fake.script import Script
from airflowkit.local.fake.scripted import ScriptedKubelet
from airflowkit.local.kubelet.kubelet import Kubelet as RuntimeKubelet
from airflowkit.local.kubelet.objects import LocalObjects
from airflowkit.local.process.events import AlertKept, EventWriter, Notice, OutcomesUsed, Refused, RunEnded, TaskRun
from airflowkit.local.process.request import Request
from airflowkit.local.process.scratch import is_disk_full, no_space
from airflowkit.local.runtimes import choose_runtime
from airflowkit.local.worker.airflow_home import DEFAULT_CONNECTION, prepare_database
from airflowkit.local.worker.airflow_log import emit_task_events, shorten
from airflowkit.local.worker.alerts import capture_alerts
from airflowkit.local.worker.deadlines import watched_deadlines
from airflowkit.local.worker.left_out import without_the_rest
from airflowkit.local.worker.logbook import LogBook
from airflowkit.local.worker.people import answered
from airflowkit.local.worker.refusal import RunRefused
from airflowkit.local.worker.start import Start, check_start, start_of
from airflowkit.local.worker.stopping import Stopping, end_run
from airflowkit.pods.diagnostics.diagnosis import XCOM_KEY
from airflowkit.pods.expansion import is_mapped
from airflowkit.processor.environment import extend_import_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflowkit.local.apiserver.api import Kubelet
    from airflowkit.local.apiserver.store import Pod
    from airflowkit.local.fake.outcomes import PodOutcome
    from airflowkit.local.process.events import Event

    Emit = Callable[[Event], None]

_GARBAGE: Final = 100_000
"""New objects between two garbage collections: the default costs a quarter of the time of Airflow's imports."""
_ELSEWHERE: Final = ("config_file", "in_cluster", "cluster_context")
"""The operator's arguments that select another cluster."""


def main() -> int:
    """Serve one request; return the exit status."""
    gc.set_threshold(_GARBAGE)
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
    home = Path(os.environ["AIRFLOW_HOME"])
    prepare_database(home)
    extend_import_path(Path(request.dags_folder), request.python_path)
    _airflow.accept_any_executor()
    whole = load_dag(request.dag, Path(request.dags_folder))
    script = Script.from_json(request.script) if request.script else None
    if script:
        script.check(whole.dag, Path(request.dags_folder))
    loaded = _one_task(whole)
    start = start_of(loaded.dag, request)
    for note in check_start(loaded, start, request.conf or {}):
        emit(Notice(note))
    logs = LogBook(emit)
    store = PodStore(logs.warn)
    kubelet: Kubelet
    with ExitStack() as stack:
        if script:
            localize(loaded.dag)
            clock = Clock()
            stack.enter_context(clock.installed())
            kubelet = scripted_kubelet(script, loaded.dag, store, logs, clock)
        else:
            kubelet = runtime_kubelet(request, loaded, store, logs, emit)
        stopping.cluster = stack.enter_context(LocalCluster(store, kubelet, Path(os.environ["KUBECONFIG"])))
        captured = stack.enter_context(capture_alerts(loaded))
        _surround(stack, request, loaded.dag, start, emit, stopping)
        _airflow.sync_dag(loaded.dag, loaded.path, home / "dags")
        _airflow.task_api()
        dag_run = loaded.dag.test(
            run_after=start.logical_date,  # as the scheduler: it would be the time of this run, whatever date was asked
            run_conf=dict(request.conf) if request.conf else None,
            logical_date=start.logical_date,
        )
    if script:
        emit(OutcomesUsed(script.used))
    for conn_id, inbox in captured.items():
        for card in inbox.cards:
            emit(AlertKept(conn_id, card))
    report(loaded, dag_run, logs, emit)


def _surround(stack: ExitStack, request: Request, dag: Any, start: Start, emit: Emit, stopping: Stopping) -> None:
    """Enter what stands in for the parts of an Airflow that a run does not have, and what shows its log."""
    tasks = stack.enter_context(emit_task_events(emit, stopping))
    stack.enter_context(shorten(emit, tasks, stopping, verbose=request.verbose))
    stack.enter_context(answered(request, emit))
    stack.enter_context(without_the_rest(emit))
    stack.enter_context(watched_deadlines(dag, start, emit))
    if start.by_assets:
        stack.enter_context(_airflow.started_by_assets(dag))


def _one_task(loaded: LoadedDag) -> LoadedDag:
    """Return the DAG reduced to the requested task, if one was named."""
    if loaded.task_id is None:
        return loaded
    dag = loaded.dag.partial_subset([loaded.task_id], include_upstream=False)
    for task in filter(is_mapped, dag.tasks):
        task.expand_input = loaded.dag.get_task(task.task_id).expand_input  # Airflow asks whether it is the same object
    return replace(loaded, dag=dag)


def scripted_kubelet(script: Script, dag: Any, store: PodStore, logs: LogBook, clock: Clock) -> ScriptedKubelet:
    """Return a kubelet that brings the DAG's pods to their scripted outcomes."""
    from airflow.providers.cncf.kubernetes.pod_generator import make_safe_label_value

    tasks = {make_safe_label_value(task_id): f"{dag.dag_id}.{task_id}" for task_id in dag.task_ids}

    def outcome_of(pod: Pod) -> PodOutcome:
        task_id, map_index, try_number = logs.place(pod)
        return script.outcome(tasks.get(task_id, ""), map_index, try_number)

    return ScriptedKubelet(store, outcome_of, clock, logs.add, logs.created)


def runtime_kubelet(request: Request, loaded: LoadedDag, store: PodStore, logs: LogBook, emit: Emit) -> RuntimeKubelet:
    """Return a kubelet that runs the DAG's pods on this computer; report what differs from a cluster."""
    runtime = choose_runtime(request.runtime)
    for notice in (runtime.notice, *localize(loaded.dag)):
        emit(Notice(notice))
    objects = LocalObjects.for_dag(loaded.path)
    objects.check()
    return RuntimeKubelet(store, runtime, objects, Path(request.scratch), logs.add, lambda text: emit(Notice(text)))


def localize(dag: Any) -> list[str]:
    """Point a DAG's pods at the local API, and retry without delay; return notes for the user."""
    for task in dag.tasks:
        _set(task, "kubernetes_conn_id", DEFAULT_CONNECTION)
        for name in _ELSEWHERE:
            _set(task, name, None)
    delayed = [task.task_id for task in dag.tasks if task.retries and task.retry_delay]
    for task in dag.tasks:
        _set(task, "retry_delay", timedelta(0))
        _set(task, "executor", None)  # there is only one here
        _set(task, "retry_exponential_backoff", False)  # a number from Airflow 3.2 on, which False is, too
    overridden = [task.task_id for task in dag.tasks if (task.executor_config or {}).get("pod_override")]
    notes = {
        "retries start at once, without retry_delay": delayed,
        "runs in a process of this computer, without the volumes, limits and image of its pod_override": overridden,
    }
    return [f"{note}: {', '.join(tasks)}" for note, tasks in notes.items() if tasks]


def _set(task: Any, name: str, value: Any) -> None:
    """Set an argument of an operator that has it, mapped or not."""
    if is_mapped(task):
        if name in task.partial_kwargs:
            task.partial_kwargs[name] = value
    elif getattr(task, name, None):
        setattr(task, name, value)


def report(loaded: LoadedDag, dag_run: Any, logs: LogBook, emit: Emit) -> None:
    """Report how each task instance and the run ended."""
    order = {task.task_id: place for place, task in enumerate(loaded.dag.topological_sort())}
    instances = sorted(_airflow.task_instances(dag_run), key=lambda each: (order.get(each.task_id, 0), each.map_index))
    for each in instances:
        emit(
            TaskRun(
                each.task_id,
                each.map_index,
                str(each.state or "none"),
                each.duration or 0.0,
                each.try_number,
                logs.text(each.task_id, each.map_index),
                *_diagnosis(each),
            )
        )
    emit(RunEnded(dag_run.dag_id, dag_run.run_id, str(dag_run.state)))


def _diagnosis(instance: Any) -> tuple[str, str]:
    """Return the reason and the hint that a failed task has pushed."""
    if instance.state != "failed":
        return "", ""
    pushed = instance.xcom_pull(
        task_ids=instance.task_id, key=XCOM_KEY, map_indexes=instance.map_index, run_id=instance.run_id
    )
    return (str(pushed["reason"]), str(pushed["hint"])) if isinstance(pushed, dict) else ("", "")


if __name__ == "__main__":
    end_run(main())
