from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, default_args={"retries": 2, "team": "a key of our own"}):
    EmptyOperator(task_id="load")
