from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG
from airflowkit import pod_task

def load() -> KubernetesPodOperator:
    return pod_task(task_id="load", image="busybox:1.36")


with DAG("annotated", schedule=None, start_date=datetime(2026, 1, 1)):
    load()
