from datetime import datetime

from airflow.sdk import DAG
from airflowkit import SecretEnv, pod_task

password = SecretEnv("DB_PASSWORD", secret="orders-db", key="password")
token = SecretEnv(
    "API_TOKEN",
    secret="orders-api",
    key="token",
)

with DAG("secrets_named", schedule=None, start_date=datetime(2026, 1, 1)):
    for name in ("one", "two"):
        pod_task(task_id=name, image="busybox:1.36", secrets=[password, token])
    pod_task(task_id="three", image="busybox:1.36", secrets=[token])
