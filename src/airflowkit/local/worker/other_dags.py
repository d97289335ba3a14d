"""Tasks that start or wait for other DAGs: those of the same DAG folder run, too, in the middle of the task.

Airflow itself creates the run that a task starts, and judges how it ended; it is only run at once, and not by a
scheduler. A run that a task waits for exists, or it is run first.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from unittest.mock import patch

from airflowkit import _airflow_run
from airflowkit.dags import load_dag
from airflowkit.errors import AirflowKitError, LocalRunError
from airflowkit.local.process.events import Notice, TaskFailed
from airflowkit.local.worker.start import Start, check_start
from airflowkit.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from airflowkit.dags import LoadedDag
    from airflowkit.local.worker.dag_runs import DagRuns, Prepared

    Execute = Callable[[Any, Any], Any]


@contextmanager
def with_other_dags(runs: DagRuns) -> Iterator[None]:
    """Run the DAGs that a DAG's tasks start or wait for, each when its task runs."""
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.providers.standard.sensors.external_task import ExternalTaskSensor

    others = _OtherDags(runs)
    trigger, sensor = TriggerDagRunOperator.execute, ExternalTaskSensor.execute
    with (
        patch.object(TriggerDagRunOperator, "execute", _bound(others.trigger, trigger)),
        patch.object(ExternalTaskSensor, "execute", _bound(others.wait, sensor)),
        _airflow_run.after_each_trigger(others.run_triggered),
    ):
        yield


def _bound(act: Callable[[Any, Any, Execute], Any], execute: Execute) -> Execute:
    return lambda operator, context: act(operator, context, execute)


@dataclass(frozen=True, slots=True)
class _OtherDags:
    runs: DagRuns
    triggers: dict[str, tuple[Any, Prepared]] = field(default_factory=dict)

    def trigger(self, operator: Any, context: Any, execute: Execute) -> Any:
        """Have Airflow create the run, after which `run_triggered` is called."""
        dag_id = operator.trigger_dag_id
        context["ti"].xcom_push(key="trigger_run_id", value="")  # Airflow makes a link of it even where there is no run
        loaded = self._found(dag_id, f"{operator.task_id} does not start DAG {dag_id!r} here")
        if loaded is None:
            return None
        self.triggers[dag_id] = operator, self.runs.prepare(loaded)
        operator.poke_interval, operator.deferrable = 0, False  # the run is over when Airflow looks
        return execute(operator, context)

    def run_triggered(self, dag_id: str, run_id: str) -> None:
        """Run what a task has triggered."""
        operator, prepared = self.triggers.pop(dag_id)
        created = _airflow_run.created_run(dag_id, run_id)
        after = f", not after {created.run_after:%Y-%m-%d %H:%M %Z}" if created.is_later else ""
        self._say(f"{operator.task_id} starts DAG {dag_id!r}, which runs at once{after}")
        state = self._run(
            prepared, created.logical_date, created.conf, waits=operator.wait_for_completion, run_id=run_id
        )
        if not operator.wait_for_completion or state in operator.allowed_states:
            return
        if state not in operator.failed_states:
            raise LocalRunError(f"DAG {dag_id!r} ended {state}: neither allowed_states nor failed_states has that")
        self.runs.emit(TaskFailed(*self.runs.tasks.current, f"the DAG that it waits for, {dag_id!r}, ended {state}"))

    def wait(self, operator: Any, context: Any, _execute: Execute) -> None:
        """Do what a sensor does that finds everything at its first look, or nothing until its timeout."""
        dag_id = operator.external_dag_id
        loaded = self._found(dag_id, f"{operator.task_id} does not wait for DAG {dag_id!r} here")
        if loaded is None:
            return
        for date in operator._get_dttm_filter(context):  # noqa: SLF001  it has no public name
            if not _airflow_run.has_run(dag_id, date):
                self._run_first(operator, loaded, date)
        if not operator.poke(context):
            _time_out(operator, f"the run of DAG {dag_id!r} did not end in {', '.join(operator.allowed_states)}")

    def _run_first(self, operator: Any, loaded: LoadedDag, date: datetime) -> None:
        dag = loaded.dag
        if _airflow_run.always_undated(dag):
            _time_out(operator, f"DAG {dag.dag_id!r} is not started by dates: its runs have none")
        note = (
            ""
            if dag.timetable.can_be_scheduled
            else "; it has no schedule, so elsewhere somebody has to start that run"
        )
        self._say(
            f"{operator.task_id} waits for the run of DAG {dag.dag_id!r} of {date.isoformat()}; it runs first{note}"
        )
        self._run(self.runs.prepare(loaded), date, {}, waits=True)

    def _run(
        self, prepared: Prepared, date: datetime | None, conf: Mapping[str, Any], *, waits: bool, run_id: str = ""
    ) -> str:
        start = Start(date)
        for note in check_start(prepared.loaded, start, conf):
            self._say(f"{prepared.loaded.dag.dag_id}.{note}")
        return self.runs.run_other(prepared, start, awaited=waits, run_id=run_id)

    def _found(self, dag_id: str, instead: str) -> LoadedDag | None:
        """Return another DAG, or None where it cannot run here: the task then does nothing, and says so.

        Raises:
            AirflowFailException: There is no such DAG.
        """
        from airflow.providers.common.compat.sdk import AirflowFailException

        folder = Path(self.runs.request.dags_folder)
        elsewhere = check_settings(folder).external_dags
        if dag_id in self.runs.running:
            self._say(f"{instead}: it is running")
        elif any(fnmatchcase(dag_id, pattern) for pattern in elsewhere):
            self._say(f"{instead}: it is in another repository ([check] external_dags)")
        else:
            try:
                return load_dag(dag_id, folder)
            except AirflowKitError as error:
                raise AirflowFailException(str(error)) from None
        return None

    def _say(self, text: str) -> None:
        self.runs.emit(Notice(text))


def _time_out(operator: Any, why: str) -> NoReturn:
    """End a sensor as its timeout does: nothing that happens in one local run can end it otherwise."""
    from airflow.providers.common.compat.sdk import AirflowSensorTimeout, AirflowSkipException

    text = f"{why}; in production it waits until its timeout of {timedelta(seconds=operator.timeout)}"
    raise AirflowSkipException(text) if operator.soft_fail else AirflowSensorTimeout(text)
