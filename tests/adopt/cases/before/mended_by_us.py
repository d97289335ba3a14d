from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("mended_by_us", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="load", image="busybox:1.36", env_vars={"RETRIES": 3})
