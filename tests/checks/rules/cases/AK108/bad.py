from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, BaseHook

host = BaseHook.get_connection("warehouse").host

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")
