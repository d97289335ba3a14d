from datetime import datetime

from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("pull_secrets", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="load",
        image="registry.example.com/orders:1.4.2",
        image_pull_secrets=["regcred", "mirror"],
    )
