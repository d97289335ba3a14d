from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    FileSensor(task_id="wait", filepath="/data/orders.csv")
