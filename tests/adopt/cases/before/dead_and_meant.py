from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("dead_and_meant", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="keep", image="busybox:1.36", is_delete_operator_pod=False)
    KubernetesPodOperator(task_id="load", image="busybox:1.36")
