"""What is changed in a DAG so that it runs here, and what the user is told of it."""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

from airflowkit.local.worker.localize import localize


def test_the_tasks_of_another_dag_are_named_as_the_run_shows_them():
    with DAG("loads", schedule=None) as dag:
        for task_id in ("extract", "load"):
            EmptyOperator(task_id=task_id, retries=1, retry_delay=timedelta(minutes=5))
    assert localize(dag, "loads.") == ["retries start at once, without retry_delay: loads.extract, loads.load"]
