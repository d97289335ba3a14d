from datetime import datetime

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def load(dag_run):
    print(dag_run)


with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1)):
    PythonOperator(task_id="load", python_callable=load)
