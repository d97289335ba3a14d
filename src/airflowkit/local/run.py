"""Runs a DAG on this computer, pods included, and returns the result.

The run has its own process, and so its own Airflow settings, imports and threads; nothing is left over, however it
ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflowkit import errors
from airflowkit._airflow import airflow_version
from airflowkit.errors import AirflowKitError, LocalRunError
from airflowkit.local.process.events import (
    AlertKept,
    Asked,
    Event,
    LogLine,
    OtherRunEnded,
    Refused,
    RunEnded,
    Stopping,
    TaskRun,
    read_events,
)
from airflowkit.local.process.interruption import interruptible
from airflowkit.local.process.request import Request
from airflowkit.local.process.scratch import is_disk_full, no_space, scratch_folder
from airflowkit.local.process.spawn import spawn_worker
from airflowkit.local.worker.airflow_home import environment
from airflowkit.replacement import atomic_write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.local.fake.script import Script
    from airflowkit.local.process.spawn import OnEvent, RunningWorker, Worker


Ask = Callable[[Asked], Sequence[str]]
"""Asks a person what a task wants to know."""


@dataclass(frozen=True, slots=True)
class DagRunResult:
    """How a run ended.

    Attributes:
        dag_id: The DAG.
        run_id: Airflow's id of the run.
        state: `success` or `failed`.
        tasks: Each task instance, upstream first.
        alerts: The cards that Teams would have received, where this computer has no connection to send them.
        folder: The run's files, if they were kept.
        others: The runs of other DAGs that tasks started or waited for, in the order of their ends.
        awaited: Of such a run, whether the task waits for its end, and so decides itself what that means.
    """

    dag_id: str
    run_id: str
    state: str
    tasks: tuple[TaskRun, ...]
    alerts: tuple[dict[str, Any], ...] = ()
    folder: Path | None = None
    others: tuple[DagRunResult, ...] = ()
    awaited: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values; a task's cause as `cause.schema.json` describes it."""
        tasks = [asdict(task) | {"cause": task.cause and task.cause.to_json()} for task in self.tasks]
        others = [other.to_json() for other in self.others]
        return asdict(self) | {"folder": self.folder and str(self.folder), "tasks": tasks, "others": others}

    @property
    def ok(self) -> bool:
        """Whether the run succeeded, and with it those that its tasks started without waiting for their ends."""
        return self.state == "success" and all(other.ok or other.awaited for other in self.others)

    def task(self, task_id: str, map_index: int = -1) -> TaskRun:
        """Return a task instance.

        Raises:
            LookupError: There is no such task instance.
        """
        for task in self.tasks:
            if (task.task_id, task.map_index) == (task_id, map_index):
                return task
        raise LookupError(f"no task {task_id!r} with index {map_index} in the run of {self.dag_id!r}")


def run_dag(  # noqa: PLR0913  the command's options
    dag: str,
    *,
    dags_folder: Path,
    conf: Mapping[str, Any] | None = None,
    logical_date: str | None = None,
    partition_key: str = "",
    runtime: str = "auto",
    keep: bool = False,
    verbose: bool = False,
    answers: Mapping[str, Sequence[str]] | None = None,
    ask: Ask | None = None,
    script: Script | None = None,
    python_path: Sequence[str] = (),
    worker: Worker | None = None,
    on_event: OnEvent = lambda _: None,
) -> DagRunResult:
    """Run a DAG with no cluster.

    Args:
        dag: A DAG id, a file with one DAG, or `DAG.TASK` for a single task.
        dags_folder: The DAG folder.
        conf: The DAG run's configuration.
        logical_date: ISO 8601, or `none` for a run without one, as the API starts with `logical_date: null`; by
            default now, or none for a DAG that assets or partitions start.
        partition_key: The partition that the run is for, in a DAG that has some; by default the last one.
        runtime: What runs the pods' containers: `auto`, `process`, `podman`, `docker`.
        keep: Whether to keep the run's folder (volumes, database).
        verbose: Whether to show Airflow's own log.
        answers: The choices for tasks that ask a person, by task id.
        ask: Asks a person, and returns the choices; None where nobody is there.
        script: The outcome of each pod; None to run the pods.
        python_path: Folders to import from besides those of the repository's deployment.
        worker: Starts the run's process; by default with a new Airflow.
        on_event: Called with each event; for `Output` from another thread.

    Raises:
        DagNotFound: There is no such DAG.
        DagLoadError: Its file cannot be imported.
        LocalRunError: The run could not start, or was cut short.
    """
    if airflow_version() < (3, 0):
        raise LocalRunError("a run needs Airflow 3.1 or newer", hint="airflowkit check, render and explain do not")
    with (
        interruptible() as interruption,
        _disk_full_reported(),
        scratch_folder("airflowkit-run-", keep=keep) as scratch,
    ):
        written = script.as_json() if script else None
        request = Request(
            *(dag, str(dags_folder), str(scratch), runtime, conf, logical_date, verbose),
            answers=answers or {},
            can_ask=ask is not None,
            script=written,
            python_path=python_path,
            partition_key=partition_key,
        )
        show = _asking(ask, on_event) if ask else on_event
        environ = environment(scratch / "airflow", scratch / "kubeconfig.json", dags_folder, verbose=verbose)
        with (worker or spawn_worker)(request, environ, on_event) as running:
            interruption.on_second = running.stop_at_once
            events = _follow(running, show)
    return _result(events, scratch if keep else None)


@contextmanager
def _disk_full_reported() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not is_disk_full(error) or isinstance(error, AirflowKitError):
            raise
        raise no_space(error) from None


def _asking(ask: Ask, on_event: OnEvent) -> OnEvent:
    """Return an `on_event` that also answers the tasks that ask a person."""

    def show(event: Event) -> None:
        on_event(event)
        if isinstance(event, Asked):
            with atomic_write(Path(event.reply)) as file:
                file.write_text(json.dumps(list(ask(event))), encoding="utf-8")

    return show


def _follow(running: RunningWorker, on_event: OnEvent) -> list[Event]:
    """Show a run's events, and return them; when it is interrupted, show what its pods still say, and let it end."""
    events: list[Event] = []
    try:
        for event in read_events(running.events):
            events.append(event)
            on_event(event)
    except KeyboardInterrupt:
        on_event(Stopping())
        running.stop()
        with suppress(ValueError):  # the interrupt may have cut a line in two
            for event in read_events(running.events):
                if isinstance(event, LogLine):
                    on_event(event)
        raise
    return events


def _result(events: list[Event], folder: Path | None) -> DagRunResult:
    for event in events:
        if isinstance(event, Refused):
            raise _restored(event)
    alerts = tuple(event.card for event in events if isinstance(event, AlertKept))
    others: list[DagRunResult] = []
    tasks: list[TaskRun] = []
    for event in events:
        match event:
            case TaskRun():
                tasks.append(event)
            case OtherRunEnded(dag_id, run_id, state, awaited):
                others.append(DagRunResult(dag_id, run_id, state, tuple(tasks), awaited=awaited))
                tasks.clear()
            case RunEnded(dag_id, run_id, state):
                return DagRunResult(dag_id, run_id, state, tuple(tasks), alerts, folder, tuple(others))
    raise LocalRunError("the run ended early", hint="see above; --verbose shows Airflow's log")


def _restored(refused: Refused) -> AirflowKitError:
    """Return the exception as the worker raised it; all of ours are in `errors`."""
    cls = getattr(errors, refused.error)
    error: AirflowKitError = cls.__new__(cls)
    AirflowKitError.__init__(error, refused.message, hint=refused.hint)
    return error
