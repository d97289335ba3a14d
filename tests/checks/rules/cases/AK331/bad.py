from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

SHOPS = ["berlin", "lyon", "oslo"]

with DAG("orders", schedule=None):
    [EmptyOperator(task_id=shop) for shop in SHOPS] >> EmptyOperator(task_id="report")
