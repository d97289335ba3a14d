from datetime import datetime

from airflow.sdk import DAG
from airflowkit import SecretEnv, pod_task

with DAG("secrets_lower", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(task_id="load", image="busybox:1.36", secrets=[SecretEnv("DB_PASSWORD", secret="orders-db", key="password")])
