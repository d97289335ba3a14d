from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

SIZES = {"day": ("500m", "1Gi"), "month": ("2", "8Gi")}

with DAG("resources_by_table", schedule=None, start_date=datetime(2026, 1, 1)):
    for size, (cpu, memory) in SIZES.items():
        KubernetesPodOperator(
            task_id=size,
            image="busybox:1.36",
            container_resources=k8s.V1ResourceRequirements(
                requests={"cpu": cpu, "memory": memory}, limits={"memory": memory}
            ),
        )
