"""The run itself, in a process of its own: Airflow, the loopback API, the pods.

It is started by `airflowkit.local.run` as `python -m airflowkit.local.worker EVENTS`, with the environment of
`airflow_home.environment`; EVENTS is the file descriptor that takes the events. The request comes as JSON on standard
input.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import sys
import traceback
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit import _airflow
from airflowkit.dags import LoadedDag, load_dag, load_file
from airflowkit.errors import AirflowKitError
from airflowkit.local.airflow_home import DEFAULT_CONNECTION, prepare_database
from airflowkit.local.clock import Clock
from airflowkit.local.cluster import LocalCluster
from airflowkit.local.events import (
    EventWriter,
    LogLine,
    Notice,
    PodCreated,
    Refused,
    RunEnded,
    TaskEnded,
    TaskRun,
    TaskStarted,
)
from airflowkit.local.fates import Script, check_fate
from airflowkit.local.kubelet import Kubelet as RuntimeKubelet
from airflowkit.local.objects import LocalObjects
from airflowkit.local.pod_failures import shorten_pod_failures
from airflowkit.local.pods import PodStore
from airflowkit.local.runtimes import choose_runtime
from airflowkit.local.scripted import ScriptedKubelet
from airflowkit.pods.diagnosis import XCOM_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.local.api import Kubelet
    from airflowkit.local.fates import Fate
    from airflowkit.local.logs import Line
    from airflowkit.local.pods import Pod

_PR_SET_PDEATHSIG: Final = 1
_ELSEWHERE: Final = ("config_file", "in_cluster", "cluster_context")
"""The operator's arguments that name a cluster other than the local one."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to run.

    Attributes:
        dag: A DAG id or a file.
        dags_folder: The DAG folder.
        scratch: The run's folder; it holds the volumes.
        runtime: `auto`, `process`, `podman` or `docker`.
        conf: The DAG run's configuration.
        logical_date: ISO 8601, or None for now.
        verbose: Whether to show Airflow's own log as it is.
        script: What becomes of each pod, as `Script.as_json` writes it; None to run them.
    """

    dag: str
    dags_folder: str
    scratch: str
    runtime: str
    conf: Mapping[str, Any] | None
    logical_date: str | None
    verbose: bool
    script: Mapping[str, Any] | None = None

    def as_json(self) -> str:
        """Return it for the worker's standard input."""
        return json.dumps(asdict(self))


def main() -> int:
    """Serve one request; return the exit status."""
    return serve(Request(**json.load(sys.stdin)), int(sys.argv[1]))


def serve(request: Request, events: int) -> int:
    """Serve a request in this process, which is good for nothing else afterwards; return the exit status.

    Args:
        request: What to run.
        events: The file descriptor that takes the events.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing outlives the command, however that ends
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell ignores SIGINT for its background
        signal.signal(number, signal.default_int_handler)
    with os.fdopen(events, "w", encoding="utf-8") as stream:
        emit = EventWriter(stream)
        try:
            run(request, emit)
        except AirflowKitError as error:
            emit(Refused(type(error).__name__, error.message, error.hint))
        except KeyboardInterrupt:
            return 130
        except Exception:  # noqa: BLE001  whatever Airflow raised is for the user to see
            traceback.print_exc()
            return 1
    return 0


def run(request: Request, emit: EventWriter) -> None:
    """Load the DAG, serve the API, run the DAG, say how it went."""
    scratch, home = Path(request.scratch), Path(os.environ["AIRFLOW_HOME"])
    prepare_database(home)
    loaded = _one_task(load_dag(request.dag, Path(request.dags_folder)))
    logs = LogBook(emit)
    store = PodStore(logs.warn)
    script = Script.from_json(request.script) if request.script else None
    kubelet: Kubelet
    if script:
        check_names(script, loaded, Path(request.dags_folder))
        kubelet = scripted_kubelet(script, loaded.dag, store, logs)
        localize(loaded.dag)
    else:
        runtime = choose_runtime(request.runtime)
        kubelet = RuntimeKubelet(store, runtime, LocalObjects.for_dag(loaded.path), scratch, logs.add)
        for notice in (runtime.notice, *localize(loaded.dag)):
            emit(Notice(notice))
    with LocalCluster(store, kubelet, Path(os.environ["KUBECONFIG"])):
        _announce_tasks(emit)
        if not request.verbose:
            shorten_pod_failures(emit)
        _airflow.sync_dag(loaded.dag, loaded.path, home / "dags")
        dag_run = loaded.dag.test(**_arguments(request))
    report(loaded, dag_run, logs, emit)


def _one_task(loaded: LoadedDag) -> LoadedDag:
    """Return the DAG with nothing but the task that was named, if one was."""
    if loaded.task_id is None:
        return loaded
    return replace(loaded, dag=loaded.dag.partial_subset([loaded.task_id], include_upstream=False))


def check_names(script: Script, loaded: LoadedDag, dags_folder: Path) -> None:
    """Refuse fates of tasks that do not exist.

    Raises:
        DagNotFound: There is no such task, or no such DAG.
        LocalRunError: They can never come true.
    """
    whole = load_file(loaded.path, dags_folder)
    dags = {each.dag.dag_id: each.dag for each in whole}
    for name in script:
        ids = [dag_id for dag_id in dags if name.startswith(f"{dag_id}.")]
        dag = dags[max(ids, key=len)] if ids else load_dag(name, dags_folder).dag
        check_fate(name, script, dag)


def scripted_kubelet(script: Script, dag: Any, store: PodStore, logs: LogBook) -> ScriptedKubelet:
    """Return a kubelet that lets the DAG's pods meet their fates, by a clock of its own."""
    from airflow.providers.cncf.kubernetes.pod_generator import make_safe_label_value

    tasks = {make_safe_label_value(task_id): f"{dag.dag_id}.{task_id}" for task_id in dag.task_ids}

    def fate_of(pod: Pod) -> Fate:
        task_id, map_index, try_number = logs.place(pod)
        return script.fate(tasks.get(task_id, ""), map_index, try_number)

    clock = Clock()
    clock.install()
    return ScriptedKubelet(store, fate_of, clock, logs.add, logs.created)


def localize(dag: Any) -> list[str]:
    """Lead a DAG's pods to the local API, and its retries to the next second; return what to say about it."""
    notices = []
    for task in dag.tasks:
        _set(task, "kubernetes_conn_id", DEFAULT_CONNECTION)
        for name in _ELSEWHERE:
            _set(task, name, None)
    delayed = [task.task_id for task in dag.tasks if task.retries and task.retry_delay]
    for task in dag.tasks:
        _set(task, "retry_delay", timedelta(0))
        _set(task, "retry_exponential_backoff", 0)
    if delayed:
        notices.append(f"retry_delay is not waited for: {', '.join(delayed)}")
    return notices


def _set(task: Any, name: str, value: Any) -> None:
    """Set an argument of an operator, mapped or not, that has it."""
    if hasattr(task, "partial_kwargs"):
        if name in task.partial_kwargs:
            task.partial_kwargs[name] = value
    elif getattr(task, name, None):
        setattr(task, name, value)


def report(loaded: LoadedDag, dag_run: Any, logs: LogBook, emit: EventWriter) -> None:
    """Say how each task instance ended, and the run."""
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
                _reason(each),
            )
        )
    emit(RunEnded(dag_run.dag_id, dag_run.run_id, str(dag_run.state)))


def _reason(instance: Any) -> str:
    """Return what a failed task left for its run's alert."""
    left = instance.xcom_pull(
        task_ids=instance.task_id, key=XCOM_KEY, map_indexes=instance.map_index, run_id=instance.run_id
    )
    return str(left["reason"]) if isinstance(left, dict) and instance.state == "failed" else ""


def _arguments(request: Request) -> dict[str, Any]:
    from airflow.sdk import timezone

    date = {"logical_date": timezone.parse(request.logical_date)} if request.logical_date else {}
    return {"run_conf": dict(request.conf) if request.conf else None, **date}


_NUMBERS: Final = (("map_index", "-1"), ("try_number", "1"))


class LogBook:
    """What the pods wrote, by task; the API's thread adds to it."""

    def __init__(self, emit: EventWriter) -> None:
        self._emit = emit
        self._warned: set[tuple[str, str]] = set()
        self._texts: dict[tuple[str, int], list[str]] = defaultdict(list)

    def add(self, pod: Pod, container: str, line: Line) -> None:
        """Note a line of a pod; the operator's labels say whose it is."""
        task_id, map_index, try_number = self.place(pod)
        text = line.text.decode(errors="replace").rstrip("\n")
        self._texts[task_id, map_index].append(text)
        self._emit(LogLine(task_id, map_index, try_number, container, text))

    def place(self, pod: Pod) -> tuple[str, int, int]:
        """Return whose pod it is: task, map index and try."""
        map_index, try_number = (int(pod.labels.get(name, default)) for name, default in _NUMBERS)
        return pod.labels.get("task_id", pod.name), map_index, try_number

    def created(self, pod: Pod) -> None:
        """Note what a pod was asked to be."""
        self._emit(PodCreated(*self.place(pod), pod.manifest))

    def warn(self, pod: Pod, message: str) -> None:
        """Say once what a pod waits for, or why it failed."""
        if (pod.name, message) not in self._warned:
            self._warned.add((pod.name, message))
            self._emit(Notice(f"{pod.labels.get('task_id', pod.name)}: {message}"))

    def text(self, task_id: str, map_index: int) -> str:
        """Return all that a task's pods wrote."""
        return "\n".join(self._texts[task_id, map_index])


class Announcer(logging.Handler):
    """Turns what `dag.test()` logs about its tasks into events."""

    def __init__(self, emit: EventWriter) -> None:
        super().__init__()
        self._write = emit

    def emit(self, record: logging.LogRecord) -> None:
        """Write an event for a task's begin or end; Airflow's message carries both its id and its index."""
        for beginning, event in (("[DAG TEST] starting task", TaskStarted), ("[DAG TEST] end task", TaskEnded)):
            if record.msg.startswith(beginning) and isinstance(record.args, tuple):
                task_id, map_index = record.args
                self._write(event(str(task_id), int(str(map_index))))


def _announce_tasks(emit: EventWriter) -> None:
    logger = logging.getLogger("airflow.sdk.definitions.dag")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(Announcer(emit))


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # Airflow's own way out waits seconds for threads that have nothing more to do
