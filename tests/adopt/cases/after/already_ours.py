from datetime import datetime

from airflow.sdk import DAG
from airflowkit import Resources, SecretEnvFrom, pod_task

with DAG("already_ours", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task("load", image="busybox:1.36", resources=Resources(memory="1Gi"))
    pod_task(task_id="report", image="busybox:1.36", secrets=[SecretEnvFrom(secret="orders-env")])
