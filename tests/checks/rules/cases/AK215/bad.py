from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, dagrun_timeout=timedelta(hours=1)):
    EmptyOperator(task_id="load", execution_timeout=timedelta(hours=2))
