from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

DEFAULTS = {"owner": "data-eng", "retries": 2, "namespace": "airflow", "labels": {"team": "data"}, "in_cluster": True}

with DAG("default_args", schedule=None, start_date=datetime(2026, 1, 1), default_args=DEFAULTS):
    KubernetesPodOperator(task_id="load", image="busybox:1.36")
