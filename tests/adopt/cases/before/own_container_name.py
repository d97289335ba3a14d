from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, task

DEFAULTS = {"is_delete_operator_pod": True, "get_logs": True}

with DAG("own_container_name", schedule=None, start_date=datetime(2026, 1, 1), default_args=DEFAULTS):
    KubernetesPodOperator(task_id="load", image="busybox:1.36", base_container_name="main")

    @task.kubernetes(image="python:3.12", namespace="etl")
    def decorated(): ...

    decorated()
