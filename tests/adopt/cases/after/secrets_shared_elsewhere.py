from datetime import datetime

from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG
from airflowkit import pod_task

SECRETS = [Secret("env", "DB_PASSWORD", "orders-db", "password")]

with DAG("secrets_shared_elsewhere", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(task_id="load", image="busybox:1.36", secrets=SECRETS)
    print(len(SECRETS))
