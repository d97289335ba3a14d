from datetime import datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule="@daily", start_date=datetime(2026, 1, 1), on_failure_callback=print):
    EmptyOperator(task_id="load")
