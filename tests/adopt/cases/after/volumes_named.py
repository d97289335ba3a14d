from datetime import datetime

from airflow.sdk import DAG
from airflowkit import ClaimVolume, pod_task

volume = ClaimVolume("/data", claim="orders-data")

with DAG("volumes_named", schedule=None, start_date=datetime(2026, 1, 1)):
    load = pod_task(task_id="load", image="busybox:1.36", volumes=[volume])
    report = pod_task(task_id="report", image="busybox:1.36", volumes=[volume])
    load >> report
