from datetime import datetime

from airflow.sdk import DAG, task
from airflowkit import pod_task

with DAG("decorator", schedule=None, start_date=datetime(2026, 1, 1)):

    @task.kubernetes(image="python:3.12", namespace="airflow")
    def load():
        return 1

    load() >> pod_task(task_id="report", image="busybox:1.36")
