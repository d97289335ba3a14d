from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, task

with DAG("decorator", schedule=None, start_date=datetime(2026, 1, 1)):

    @task.kubernetes(image="python:3.12", namespace="airflow")
    def load():
        return 1

    load() >> KubernetesPodOperator(task_id="report", image="busybox:1.36")
