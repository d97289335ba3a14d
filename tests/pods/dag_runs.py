"""Runs of a DAG as `airflow dags test` has them, with what its failure callbacks got and what its tasks left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMESPACE = "operator-tests"
IMAGE = "localhost/busybox:1"
QUICK = {
    "image": IMAGE,
    "namespace": NAMESPACE,
    "startup_check_interval_seconds": 1,
    "poll_interval": 0.5,
    "termination_grace_period": 1,
}


def make_namespace() -> None:
    """Make the namespace that the tests' pods live in."""
    from kubernetes import client, config
    from kubernetes.client.exceptions import ApiException

    config.load_kube_config()
    try:
        client.CoreV1Api().create_namespace({"metadata": {"name": NAMESPACE}})
    except ApiException as error:
        if error.status != 409:
            raise


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        states: Each task's, a mapped one's as `task[index]`.
        failures: What failure and retry callbacks were handed.
        xcoms: By task, as `states`, and key.
    """

    states: dict[str, str]
    failures: list[BaseException]
    xcoms: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def failure(self) -> BaseException:
        (only,) = self.failures
        return only


def run_dag(home: Path, dag_id: str, build: Callable[[], object], **dag_keywords: Any) -> Run:
    """Build a DAG's tasks within it and run it."""
    from airflow.sdk import DAG

    failures: list[BaseException] = []
    callbacks = [lambda context: failures.append(context["exception"])]
    default_args = {"on_failure_callback": callbacks, "on_retry_callback": callbacks}
    with DAG(dag_id, schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), default_args=default_args) as dag:
        build()
    _store(dag, home)
    dag.test(**dag_keywords)
    return Run(_states(dag_id), failures, _xcoms(dag_id))


def _store(dag: Any, home: Path) -> None:
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db

    from airflowkit._airflow import empty_dag_bag

    DagBundlesManager().sync_bundles_to_db()
    bag = empty_dag_bag(home / "dags")
    dag.fileloc, dag.relative_fileloc = __file__, "x.py"
    bag.bundle_name = "dags-folder"
    bag.bag_dag(dag)
    sync_bag_to_db(bag, "dags-folder", None)


def _name(row: Any) -> str:
    return row.task_id if row.map_index < 0 else f"{row.task_id}[{row.map_index}]"


def _states(dag_id: str) -> dict[str, str]:
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        rows = session.scalars(select(TaskInstance).where(TaskInstance.dag_id == dag_id)).all()
        return {_name(row): str(row.state) for row in rows}


def _xcoms(dag_id: str) -> dict[tuple[str, str], Any]:
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        rows = session.scalars(select(XComModel).where(XComModel.dag_id == dag_id)).all()
        return {(_name(row), row.key): XComModel.deserialize_value(row) for row in rows}
