from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

RESOURCES = k8s.V1ResourceRequirements(requests={"cpu": "1", "memory": "3Gi"}, limits={"cpu": "2", "memory": "4Gi"})

with DAG("resources_shared", schedule=None, start_date=datetime(2026, 1, 1)):
    for table in ("orders", "customers"):
        KubernetesPodOperator(task_id=table, image="busybox:1.36", container_resources=RESOURCES)
