from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import *
from airflow.sdk import DAG

with DAG("imported_by_star", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="load", image="busybox:1.36")
