from datetime import datetime

from airflow.sdk import DAG
from airflowkit import SecretEnv, SecretVolume, pod_task

SECRETS = [
    SecretEnv("DB_PASSWORD", secret="orders-db", key="password"),  # the reader's
    SecretVolume("/etc/tls", secret="orders-tls"),
]

with DAG("secrets_list", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(task_id="one", image="busybox:1.36", secrets=SECRETS)
    pod_task(task_id="two", image="busybox:1.36", secrets=SECRETS)
