from datetime import timedelta

from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    FileSensor(task_id="wait", filepath="/data/orders.csv", mode="reschedule")
    FileSensor(task_id="wait_a_little", filepath="/data/orders.csv", execution_timeout=timedelta(minutes=10))
