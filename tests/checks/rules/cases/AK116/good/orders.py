import orders_colours
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    orders_colours.NAMES  # noqa: B018
    EmptyOperator(task_id="load")
