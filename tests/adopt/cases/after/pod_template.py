from datetime import datetime

from pathlib import Path

from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("pod_template", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(task_id="load", image="busybox:1.36", pod_template_file=str(Path(__file__).parent / "pod.yaml"))
