from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("orders", schedule="@daily", start_date=datetime(2026, 1, 1)):
    BashOperator(task_id="load", bash_command="load --region {{ var.value.region }}")
