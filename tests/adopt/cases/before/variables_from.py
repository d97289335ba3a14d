from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

with DAG("variables_from", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="load",
        image="busybox:1.36",
        env_from=[
            k8s.V1EnvFromSource(secret_ref=k8s.V1SecretEnvSource(name="orders-env")),
            k8s.V1EnvFromSource(prefix="APP_", config_map_ref=k8s.V1ConfigMapEnvSource(name="orders", optional=True)),
        ],
    )
