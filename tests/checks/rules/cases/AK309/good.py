from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TaskGroup

with DAG("orders", schedule=None), TaskGroup("load_all"):
    EmptyOperator(task_id="load")
