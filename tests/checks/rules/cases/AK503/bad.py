from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, on_failure_callback="tell_the_team"):
    EmptyOperator(task_id="load")
