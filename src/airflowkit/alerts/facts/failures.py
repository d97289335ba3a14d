"""The failed tasks of a run, with mapped instances folded, each with the diagnosis and the tries that it has pushed."""

from __future__ import annotations

from itertools import groupby, islice
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from airflowkit.alerts.facts.facts import FailedTask
from airflowkit.alerts.facts.recorder import restored
from airflowkit.alerts.facts.run_state import (
    FAILED,
    NOT_MAPPED,
    UPSTREAM_FAILED,
    TaskState,
    stored_diagnoses,
    stored_diagnosis,
    task_states,
)
from airflowkit.alerts.safety.lenient import look, number, text
from airflowkit.alerts.safety.log import log
from airflowkit.alerts.safety.text import one_line
from airflowkit.alerts.safety.timebox import within
from airflowkit.pods.diagnostics.diagnosis import Tries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflowkit.pods.diagnostics.diagnosis import Diagnosis

_NAME: Final = 250
DIAGNOSED: Final = 8
"""Failed tasks whose diagnosis is read: as many as a card lists."""
_INSTANCES: Final = 3
"""Instances of a mapped task that are tried until one has a diagnosis, where Airflow does not tell all at once."""


def failed_tasks(context: Any, dag_id: str, run_id: str, patience: float) -> tuple[tuple[FailedTask, ...], int] | None:
    """Return a run's failed tasks in the DAG's order, and how many tasks did not run because of them; None if unknown.

    Airflow may not answer, or so late that the alert would be lost: at the first question, a DAG processor builds the
    API that answers it, which takes seconds of its processor's time.

    Args:
        context: The context of a DAG-level callback.
        dag_id: The DAG.
        run_id: The run.
        patience: Seconds after which nothing further is read.
    """
    until = monotonic() + patience
    task_ids = list(look(context, "dag", "task_dict") or ())
    states = within(patience, lambda: _read_states(dag_id, run_id, task_ids))
    if states is None:
        log.warning("airflowkit: Airflow did not say in %g s how the tasks of run %s ended", patience, run_id)
    if not states:
        return None
    folded = groupby((state for state in states if state.state == FAILED), key=lambda state: state.task_id)
    tasks = [list(instances) for _, instances in folded]
    diagnoses = _read_diagnoses(dag_id, run_id, tasks[:DIAGNOSED], until)
    diagnoses += [[] for _ in tasks[len(diagnoses) :]]
    not_run = {state.task_id for state in states if state.state == UPSTREAM_FAILED}
    owners = (one_line(text(context, "dag", "task_dict", each[0].task_id, "owner"), _NAME) for each in tasks)
    return tuple(map(_folded, tasks, diagnoses, owners)), len(not_run)


def _read_states(dag_id: str, run_id: str, task_ids: Sequence[str]) -> tuple[TaskState, ...]:
    try:
        return task_states(dag_id, run_id, task_ids)
    except Exception as error:  # noqa: BLE001  without an answer from Airflow the card just has no list
        log.warning("airflowkit: cannot read the states of run %s of %s (%s)", run_id, dag_id, type(error).__name__)
        return ()


def _folded(instances: Sequence[TaskState], diagnoses: Sequence[Diagnosis], owner: str) -> FailedTask:
    indexes = tuple(state.map_index for state in instances if state.map_index != NOT_MAPPED)
    known = [diagnosis.tries for diagnosis in diagnoses if diagnosis.tries]
    return FailedTask(
        one_line(instances[0].task_id, _NAME),
        indexes,
        next(iter(diagnoses), None),
        Tries(sum(tries.used for tries in known), sum(tries.saved for tries in known)) if known else None,
        len(known) >= len(instances),
        owner,
    )


def _read_diagnoses(
    dag_id: str, run_id: str, tasks: Sequence[Sequence[TaskState]], until: float
) -> list[list[Diagnosis]]:
    """Return the diagnoses of the instances of as many tasks as can be read in time."""
    found: list[list[Diagnosis]] = []

    def read() -> bool:
        for instances in tasks:
            if monotonic() > until:
                break
            all_at_once = _read_all(dag_id, run_id, instances[0]) if len(instances) > 1 else []
            each = (_read_diagnosis(dag_id, run_id, state) for state in instances[:_INSTANCES])
            found.append(all_at_once or [*islice(filter(None, each), 1)])
        return True

    within(max(0.0, until - monotonic()), read)
    return found[:]


def _read_all(dag_id: str, run_id: str, state: TaskState) -> list[Diagnosis]:
    try:
        return [*filter(None, map(restored, stored_diagnoses(dag_id, run_id, state.task_id)))]
    except Exception as error:  # noqa: BLE001  one after the other may still do
        log.warning("airflowkit: cannot read why the instances of %s failed (%s)", state.task_id, type(error).__name__)
        return []


def _read_diagnosis(dag_id: str, run_id: str, state: TaskState) -> Diagnosis | None:
    try:
        return restored(stored_diagnosis(dag_id, run_id, state.task_id, state.map_index))
    except Exception as error:  # noqa: BLE001  the card then says that the reason is missing
        log.warning("airflowkit: cannot read why %s failed (%s)", state.task_id, type(error).__name__)
        return None


def known_failure(context: Any) -> tuple[FailedTask, ...]:
    """Return the failed task that a DAG-level context names, where Airflow does not say which failed."""
    task_id, index = text(context, "ti", "task_id"), number(context, "ti", "map_index")
    if not task_id or text(context, "reason") != "task_failure":
        return ()
    return (FailedTask(one_line(task_id, _NAME), (index,) if index is not None and index >= 0 else ()),)
