from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, default_args={"retires": 2}):
    EmptyOperator(task_id="load")
