from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, max_active_runs=1):
    EmptyOperator(task_id="load")
