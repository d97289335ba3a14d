from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Connection

host = Connection.get("warehouse").host

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")
