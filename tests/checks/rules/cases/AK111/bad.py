import time

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

while time.process_time() % 1000 < 0 or sum(range(20_000_000)) < 0:
    pass

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")
