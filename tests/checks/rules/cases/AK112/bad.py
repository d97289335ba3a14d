from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

rates = list(range(3_000_000))

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")
