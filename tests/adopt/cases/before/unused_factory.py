from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

def spare(task_id):
    return KubernetesPodOperator(task_id=task_id, image="busybox:1.36")


with DAG("unused_factory", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="load", image="busybox:1.36")
