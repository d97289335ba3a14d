from datetime import datetime

from airflow.sdk import DAG
from airflowkit import pod_task

for team in ("sales", "stock"):
    with DAG(f"several_{team}", schedule=None, start_date=datetime(2026, 1, 1)):
        pod_task(task_id="load", image="busybox:1.36", labels={"team": team})
