from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

with DAG("full_pod_spec", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="load",
        name="load",
        full_pod_spec=k8s.V1Pod(
            metadata=k8s.V1ObjectMeta(labels={"team": "data"}),
            spec=k8s.V1PodSpec(
                containers=[k8s.V1Container(name="base", image="busybox:1.36", command=["echo"])], restart_policy="Never"
            ),
        ),
    )
