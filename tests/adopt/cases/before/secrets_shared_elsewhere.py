from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG

SECRETS = [Secret("env", "DB_PASSWORD", "orders-db", "password")]

with DAG("secrets_shared_elsewhere", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="load", image="busybox:1.36", secrets=SECRETS)
    print(len(SECRETS))
