from datetime import datetime

from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("deferred", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="load",
        image="busybox:1.36",
        deferrable=True,
        poll_interval=5,
        on_finish_action="keep_pod",
        log_events_on_failure=True,
        startup_timeout_seconds=600,
        callbacks=[],
    )
