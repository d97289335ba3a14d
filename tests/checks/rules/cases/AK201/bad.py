from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    extract, load = EmptyOperator(task_id="extract"), EmptyOperator(task_id="load")
    extract >> load >> extract
