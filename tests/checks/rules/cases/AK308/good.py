from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, default_args={"execution_timeout": timedelta(hours=1)}):
    EmptyOperator(task_id="load")
