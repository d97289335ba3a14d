from datetime import datetime

from airflow.sdk import DAG
from airflowkit import SecretEnv, pod_task

with DAG("mapped", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task.partial(
        task_id="load",
        image="busybox:1.36",
        secrets=[SecretEnv("TOKEN", secret="api", key="token")],
    ).expand(arguments=[["orders"], ["customers"]])
