from datetime import datetime

from airflow.sdk import DAG
from airflowkit import ConfigMapEnvFrom, SecretEnvFrom, pod_task

with DAG("variables_from", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="load",
        image="busybox:1.36",
        env_from=[
            SecretEnvFrom(secret="orders-env"),
            ConfigMapEnvFrom(config_map="orders", prefix="APP_", optional=True),
        ],
    )
