from datetime import datetime

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def load(execution_date):
    print(execution_date)


with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1)):
    PythonOperator(task_id="load", python_callable=load)
