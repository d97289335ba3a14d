from datetime import datetime

from airflow.sdk import DAG
from airflowkit import Resources, pod_task

with DAG("resources_gpu", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="train",
        image="busybox:1.36",
        resources=Resources(
            cpu="4",
            memory="16Gi",
            gpu=1,
        ),
    )
