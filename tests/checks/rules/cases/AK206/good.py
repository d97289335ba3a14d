from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, tags=["finance"]):
    EmptyOperator(task_id="load")
