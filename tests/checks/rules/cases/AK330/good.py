from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    extract = EmptyOperator(task_id="extract")
    load = EmptyOperator(task_id="load")
    report = EmptyOperator(task_id="report")
    extract >> load >> report
