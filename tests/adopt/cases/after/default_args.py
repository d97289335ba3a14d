from datetime import datetime

from airflow.sdk import DAG
from airflowkit import pod_task

DEFAULTS = {"owner": "data-eng", "retries": 2, "namespace": "airflow", "labels": {"team": "data"}, "in_cluster": True}

with DAG("default_args", schedule=None, start_date=datetime(2026, 1, 1), default_args=DEFAULTS):
    pod_task(task_id="load", image="busybox:1.36")
