from datetime import datetime

from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("dead_argument", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="load",
        image="busybox:1.36",
        get_logs=True,
    )
    pod_task(
        task_id="keep", image="busybox:1.36", on_finish_action="delete_succeeded_pod"
    )
