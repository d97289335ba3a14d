from datetime import datetime

from airflow.sdk import DAG, task
from airflowkit import pod_task

DEFAULTS = {"get_logs": True}

with DAG("own_container_name", schedule=None, start_date=datetime(2026, 1, 1), default_args=DEFAULTS):
    pod_task(task_id="load", image="busybox:1.36", base_container_name="main")

    @task.kubernetes(image="python:3.12", namespace="etl")
    def decorated(): ...

    decorated()
