from datetime import datetime

from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("report", schedule="0 3 * * *", start_date=datetime(2026, 1, 1), on_failure_callback=print):
    ExternalTaskSensor(task_id="wait", external_dag_id="orders", mode="reschedule")
