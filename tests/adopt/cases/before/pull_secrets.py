from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

with DAG("pull_secrets", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="load",
        image="registry.example.com/orders:1.4.2",
        image_pull_secrets=[k8s.V1LocalObjectReference("regcred"), k8s.V1LocalObjectReference(name="mirror")],
    )
