from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, description="Loads the orders of the day"):
    EmptyOperator(task_id="load")
