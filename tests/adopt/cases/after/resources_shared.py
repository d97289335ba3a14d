from datetime import datetime

from airflow.sdk import DAG
from airflowkit import Resources, pod_task

RESOURCES = Resources(cpu="1", cpu_limit="2", memory="3Gi", memory_limit="4Gi")

with DAG("resources_shared", schedule=None, start_date=datetime(2026, 1, 1)):
    for table in ("orders", "customers"):
        pod_task(task_id=table, image="busybox:1.36", resources=RESOURCES)
