from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load", email="data@example.com", email_on_failure=False, email_on_retry=False)
