from datetime import datetime

from airflow.sdk import DAG, TaskGroup
from airflowkit import pod_task

with DAG("groups", schedule=None, start_date=datetime(2026, 1, 1)):
    with TaskGroup("extract") as extract:
        for table in ("orders", "customers"):
            pod_task(task_id=table, image="busybox:1.36", labels={"table": table})
    extract >> pod_task(task_id="report", image="busybox:1.36", trigger_rule="all_done")
