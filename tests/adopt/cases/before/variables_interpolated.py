from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

with DAG("variables_interpolated", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="load",
        image="busybox:1.36",
        env_vars=[k8s.V1EnvVar("HOST", "db"), k8s.V1EnvVar("URL", "postgresql://$(HOST)/orders")],
    )
