from datetime import datetime

from airflow.sdk import DAG
from airflowkit import ClaimVolume, EmptyDirVolume, pod_task

with DAG("volumes_inline", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="load",
        image="busybox:1.36",
        volumes=[
            ClaimVolume("/data", claim="orders-data", sub_path="in", read_only=True),
            EmptyDirVolume("/scratch", size_limit="1Gi"),
        ],
    )
