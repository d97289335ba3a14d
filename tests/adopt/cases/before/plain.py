from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("plain", schedule=None, start_date=datetime(2026, 1, 1)):
    load = KubernetesPodOperator(task_id="load", image="busybox:1.36", cmds=["echo", "orders"])
