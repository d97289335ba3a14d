from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

with DAG("nightly", schedule=None):
    TriggerDagRunOperator(task_id="start", trigger_dag_id="orders")
