"""What a run-level alert asks Airflow: which tasks failed, their diagnoses, and how the previous run ended.

In Airflow 3's processes the supervisor answers. In `dag.test`, which `airflowkit run` uses, and in Airflow 2 a
DAG-level callback has no supervisor, but access to the metadata database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import airflow_version
from airflowkit.alerts.safety.lenient import text
from airflowkit.pods.diagnostics.diagnosis import XCOM_KEY

if TYPE_CHECKING:
    from datetime import datetime

FAILED: Final = "failed"
UPSTREAM_FAILED: Final = "upstream_failed"
NOT_MAPPED: Final = -1
_AIRFLOW_3: Final = (3, 0)
_MOST_INSTANCES: Final = 200
"""Instances of a mapped task whose diagnoses are read at once: some 300 KB."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """The state of a task instance.

    Attributes:
        task_id: The task.
        map_index: Its index, or -1 if it is not mapped.
        state: Such as `failed`; empty if it has none.
    """

    task_id: str
    map_index: int
    state: str


def task_states(dag_id: str, run_id: str, task_ids: Iterable[str]) -> tuple[TaskState, ...]:
    """Return the states of a run's task instances, in the DAG's order.

    Args:
        dag_id: The DAG.
        run_id: The run.
        task_ids: The DAG's tasks.
    """
    order = {task_id: position for position, task_id in enumerate(task_ids)}
    states = _supervised_states(dag_id, run_id, order) if supervisor() else _stored_states(dag_id, run_id)
    return tuple(sorted(states, key=lambda state: (order.get(state.task_id, len(order)), state.map_index)))


def stored_diagnosis(dag_id: str, run_id: str, task_id: str, map_index: int) -> Mapping[str, Any] | None:
    """Return the diagnosis that a failed task has pushed, or None."""
    read = _supervised_xcom if supervisor() else _stored_xcom
    value = read(dag_id, run_id, task_id, map_index)
    return value if isinstance(value, Mapping) else None


def stored_diagnoses(dag_id: str, run_id: str, task_id: str) -> list[Mapping[str, Any]]:
    """Return the diagnoses that the instances of a mapped task have pushed, as many as are read at once."""
    read = _supervised_xcoms if supervisor() else _stored_xcoms
    return [value for value in read(dag_id, run_id, task_id) if isinstance(value, Mapping)]


def previous_run_failed(dag_id: str, logical_date: datetime) -> bool:
    """Return whether the DAG's last run before a logical date failed."""
    read = _supervised_previous if supervisor() else _stored_previous
    return read(dag_id, logical_date) == FAILED


def supervisor() -> Any:
    """Return what passes questions on to Airflow's supervisor, or None where there is none."""
    try:
        from airflow.sdk.execution_time import task_runner
    except ImportError:  # Airflow 2
        return None
    return getattr(task_runner, "SUPERVISOR_COMMS", None)


def _supervised_states(dag_id: str, run_id: str, task_ids: Iterable[str]) -> list[TaskState]:
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    groups = list(unambiguous_groups(task_ids))
    found = []
    for group in groups:
        requested = sorted(group) if len(groups) > 1 else None  # a long list would not fit into the request's URL
        answer = RuntimeTaskInstance.get_task_states(dag_id, run_ids=[run_id], task_ids=requested)
        found += [_instance(key, state, group) for key, state in answer.get(run_id, {}).items()]
    return found


def unambiguous_groups(task_ids: Iterable[str]) -> Iterator[frozenset[str]]:
    """Split a DAG's tasks into groups in which each key of an answer is unambiguous.

    Airflow's keys are `task` and, for mapped ones, `task_INDEX`; but another task may be called `task_0`.
    """
    left = frozenset(task_ids)
    while True:
        alike = frozenset(task_id for task_id in left if _split(task_id)[0] in left)
        yield left - alike
        if not alike:
            return
        left = alike


def _instance(key: str, state: object, group: frozenset[str]) -> TaskState:
    task_id, index = _split(key)
    mapped = key not in group and task_id in group
    return TaskState(task_id, index, text(state)) if mapped else TaskState(key, NOT_MAPPED, text(state))


def _split(key: str) -> tuple[str, int]:
    task_id, _, index = key.rpartition("_")
    return (task_id, int(index)) if index.isdecimal() else ("", NOT_MAPPED)


def _stored_states(dag_id: str, run_id: str) -> list[TaskState]:
    from airflow.models.taskinstance import TaskInstance as Instance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    query = select(Instance.task_id, Instance.map_index, Instance.state)
    with create_session() as session:
        rows = session.execute(query.where(Instance.dag_id == dag_id, Instance.run_id == run_id))
        return [TaskState(task_id, map_index, text(state)) for task_id, map_index, state in rows]


def _supervised_xcom(dag_id: str, run_id: str, task_id: str, map_index: int) -> object:
    from airflow.providers.common.compat.sdk import XCom

    return XCom.get_one(key=XCOM_KEY, dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index)


def _stored_xcom(dag_id: str, run_id: str, task_id: str, map_index: int) -> object:
    from airflow.utils.session import create_session

    try:
        from airflow.models.xcom import XComModel
    except ImportError:  # Airflow 2, where XCom itself reads the database
        return _supervised_xcom(dag_id, run_id, task_id, map_index)
    query = XComModel.get_many(
        key=XCOM_KEY, dag_ids=dag_id, run_id=run_id, task_ids=task_id, map_indexes=map_index, limit=1
    )
    with create_session() as session:
        found = session.scalars(query).first()
        return XComModel.deserialize_value(found) if found else None


def _supervised_xcoms(dag_id: str, run_id: str, task_id: str) -> list[object]:
    from airflow.providers.common.compat.sdk import XCom
    from airflow.sdk.execution_time.comms import GetXComSequenceSlice

    question = GetXComSequenceSlice(
        key=XCOM_KEY, dag_id=dag_id, run_id=run_id, task_id=task_id, start=None, stop=_MOST_INSTANCES, step=None
    )
    return [XCom.deserialize_value(SimpleNamespace(value=value)) for value in supervisor().send(question).root]


def _stored_xcoms(dag_id: str, run_id: str, task_id: str) -> list[object]:
    from airflow.utils.session import create_session

    try:
        from airflow.models.xcom import XComModel as Stored
    except ImportError:  # Airflow 2
        from airflow.models.xcom import XCom as Stored
    with create_session() as session:
        more = {} if airflow_version() >= _AIRFLOW_3 else {"session": session}
        found = Stored.get_many(key=XCOM_KEY, dag_ids=dag_id, run_id=run_id, task_ids=task_id, **more)
        query = found.order_by(None).order_by(Stored.map_index).limit(_MOST_INSTANCES)
        rows = query if more else session.scalars(query)
        return [Stored.deserialize_value(row) for row in rows]


def _supervised_previous(dag_id: str, logical_date: datetime) -> str:
    from airflow.sdk.execution_time.comms import GetPreviousDagRun

    return text(supervisor().send(GetPreviousDagRun(dag_id=dag_id, logical_date=logical_date)), "dag_run", "state")


def _stored_previous(dag_id: str, logical_date: datetime) -> str:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    date = DagRun.logical_date if airflow_version() >= _AIRFLOW_3 else DagRun.execution_date
    earlier = select(DagRun.state).where(DagRun.dag_id == dag_id, date < logical_date)
    with create_session() as session:
        return text(session.scalars(earlier.order_by(date.desc()).limit(1)).first())
