from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG

password = Secret(deploy_type="env", deploy_target="DB_PASSWORD", secret="orders-db", key="password")
token = Secret(
    deploy_type="env",
    deploy_target="API_TOKEN",
    secret="orders-api",
    key="token",
)

with DAG("secrets_named", schedule=None, start_date=datetime(2026, 1, 1)):
    for name in ("one", "two"):
        KubernetesPodOperator(task_id=name, image="busybox:1.36", secrets=[password, token])
    KubernetesPodOperator(task_id="three", image="busybox:1.36", secrets=[token])
