from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG

SECRETS = [
    Secret("env", "DB_PASSWORD", "orders-db", "password"),  # the reader's
    Secret("volume", "/etc/tls", "orders-tls"),
]

with DAG("secrets_list", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="one", image="busybox:1.36", secrets=SECRETS)
    KubernetesPodOperator(task_id="two", image="busybox:1.36", secrets=SECRETS)
