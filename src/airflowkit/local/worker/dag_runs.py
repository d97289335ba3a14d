"""The runs of DAGs in a worker: of the one that was asked for, and of those that its tasks start or wait for."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflowkit import _airflow_run
from airflowkit.alerts.facts.recorder import restored
from airflowkit.local.process.events import AlertKept, Notice, OtherRunEnded, RunEnded, TaskRun
from airflowkit.local.worker.alerts import capture_alerts
from airflowkit.local.worker.deadlines import take_deadlines, watched_deadlines
from airflowkit.local.worker.left_out import without_the_rest
from airflowkit.local.worker.localize import localize
from airflowkit.local.worker.people import answered
from airflowkit.pods.diagnostics.diagnosis import XCOM_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from airflowkit.dags import LoadedDag
    from airflowkit.local.process.request import Request
    from airflowkit.local.worker.airflow_log import TaskEventHandler
    from airflowkit.local.worker.logbook import LogBook
    from airflowkit.local.worker.start import Start
    from airflowkit.local.worker.worker import Emit
    from airflowkit.pods.diagnostics.diagnosis import Diagnosis


@dataclass(frozen=True, slots=True)
class Prepared:
    """A DAG that this Airflow knows, and can run.

    Attributes:
        loaded: The DAG.
        deadlines: Its deadline alerts, which are watched by us.
    """

    loaded: LoadedDag
    deadlines: Sequence[Any]


@dataclass(slots=True)
class DagRuns:
    """Runs DAGs in this Airflow, each in the middle of the task that needs it.

    Attributes:
        request: The request for the first run.
        empty: An empty folder, which Airflow takes for its DAG folder.
        emit: Called with each event.
        tasks: Knows the task that is running.
        logs: The logs of the pods.
        running: The ids of the DAGs that are running, the innermost last.
    """

    request: Request
    empty: Path
    emit: Emit
    tasks: TaskEventHandler
    logs: LogBook
    running: list[str] = field(default_factory=list)

    def prepare(self, loaded: LoadedDag) -> Prepared:
        """Have this Airflow know a DAG."""
        prefix = f"{loaded.dag.dag_id}." if self.running else ""
        self.logs.expect(loaded.dag, prefix)
        notes = localize(loaded.dag, prefix)
        for note in () if self.request.script else notes:
            self.emit(Notice(note))
        prepared = Prepared(loaded, take_deadlines(loaded.dag))
        _airflow_run.sync_dag(loaded.dag, loaded.path, self.empty)
        return prepared

    def run(self, prepared: Prepared, start: Start, conf: Mapping[str, Any] | None) -> None:
        """Run the DAG that was asked for, and report how that ended."""
        dag_run = self._test(prepared, start, conf)
        self.emit(RunEnded(dag_run.dag_id, dag_run.run_id, str(dag_run.state)))

    def run_other(self, prepared: Prepared, start: Start, *, awaited: bool, run_id: str = "") -> str:
        """Run another DAG in the middle of a task of this one; return the state of its run.

        Args:
            prepared: The DAG.
            start: How the run starts.
            awaited: Whether the task waits for its end, and so decides what that means.
            run_id: The run, if Airflow has created it already.
        """
        dag_id = prepared.loaded.dag.dag_id
        with ExitStack() as stack:
            stack.enter_context(self.tasks.of_other_dag(f"{dag_id}."))
            stack.enter_context(_airflow_run.own_session())
            if run_id:
                stack.enter_context(_airflow_run.existing_run(dag_id, run_id))
            dag_run = self._test(prepared, start, None)
        state = str(dag_run.state)
        self.emit(OtherRunEnded(dag_id, dag_run.run_id, state, awaited))
        return state

    def _test(self, prepared: Prepared, start: Start, conf: Mapping[str, Any] | None) -> Any:
        """Have Airflow run a DAG, with what stands in for the parts of an Airflow that are not here."""
        dag, request, emit = prepared.loaded.dag, self.request, self.emit
        self.running.append(dag.dag_id)
        with ExitStack() as stack:
            stack.callback(self.running.pop)
            captured = stack.enter_context(capture_alerts(prepared.loaded, prepared.deadlines))
            stack.enter_context(answered(request, emit))
            stack.enter_context(without_the_rest())
            stack.enter_context(watched_deadlines(prepared.deadlines, dag.dag_id, start, emit))
            if start.by_assets or start.partition:
                by_schedule = _airflow_run.started_by_schedule(dag, start.partition, by_assets=start.by_assets)
                stack.enter_context(by_schedule)
            dag_run = dag.test(
                run_after=start.logical_date,  # as the scheduler: it would be the time of this run, for any date
                run_conf=dict(conf) if conf else None,
                logical_date=start.logical_date,
            )
        _warn_of_timeout(dag, dag_run, emit)
        for conn_id, inbox in captured.items():
            for card in inbox.cards:
                emit(AlertKept(conn_id, card))
        self._report(dag, dag_run)
        return dag_run

    def _report(self, dag: Any, dag_run: Any) -> None:
        """Report how each task instance ended."""
        order = {task.task_id: place for place, task in enumerate(dag.topological_sort())}
        for each in sorted(
            _airflow_run.task_instances(dag_run), key=lambda each: (order.get(each.task_id, 0), each.map_index)
        ):
            ended = TaskRun(
                each.task_id,
                each.map_index,
                str(each.state or "none"),
                each.duration or 0.0,
                each.try_number,
                self.logs.text(f"{self.tasks.prefix}{each.task_id}", each.map_index),
            )
            found = _diagnosis(each)
            self.emit(_explained(ended, found) if found else ended)


def _warn_of_timeout(dag: Any, dag_run: Any, emit: Emit) -> None:
    """Say that the run took too long: the scheduler fails such runs, and here, on another computer, there is none."""
    if dag.dagrun_timeout and (took := dag_run.end_date - dag_run.start_date) > dag.dagrun_timeout:
        seconds = timedelta(seconds=round(took.total_seconds()))
        emit(Notice(f"the run took {seconds}: beyond dagrun_timeout ({dag.dagrun_timeout}) the scheduler fails it"))


def _diagnosis(instance: Any) -> Diagnosis | None:
    """Return why a failed task says that it failed."""
    if instance.state != "failed":
        return None
    pushed = instance.xcom_pull(
        task_ids=instance.task_id, key=XCOM_KEY, map_indexes=instance.map_index, run_id=instance.run_id
    )
    return restored(pushed) if isinstance(pushed, dict) else None


def _explained(ended: TaskRun, found: Diagnosis) -> TaskRun:
    saved = found.tries.saved if found.tries else 0
    return replace(ended, reason=found.reason, hint=found.hint, cause=found.cause, tries_saved=saved)
