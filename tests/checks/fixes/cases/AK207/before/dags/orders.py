"""Loads the orders, every night."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, dag

with DAG(
    "orders",
    schedule=None,
    tags=["sales"],  # for the finance team
):
    EmptyOperator(task_id="load")

with DAG("returns", schedule=None):
    EmptyOperator(task_id="load")


@dag
def stock():
    EmptyOperator(task_id="load")


@dag(dag_id="prices", schedule=None)
def of_today():
    EmptyOperator(task_id="load")


stock()
of_today()
