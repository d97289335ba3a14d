from datetime import datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG(
    "orders",
    schedule="@daily",
    start_date=datetime(2020, 1, 1),
    catchup=True,
    max_active_runs=4,
    on_failure_callback=print,
):
    EmptyOperator(task_id="load")
