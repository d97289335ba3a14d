from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

with DAG("sizes", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="small",
        image="busybox:1.36",
        container_resources=k8s.V1ResourceRequirements(
            requests={"cpu": "0.25", "memory": "512Mi"},
            limits={"memory": "512Mi"},
        ),
    )
    KubernetesPodOperator(
        task_id="own",
        image="busybox:1.36",
        container_resources=k8s.V1ResourceRequirements(
            requests={"cpu": "300m", "memory": "1Gi"},
            limits={"cpu": "2", "memory": "1Gi"},
        ),
    )
