from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, default_args={"sla": timedelta(hours=1), "provide_context": True}):
    EmptyOperator(task_id="load")
