from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load", executor="KubernetesExecutor")
