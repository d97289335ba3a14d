from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

with DAG("affinity", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="load",
        image="busybox:1.36",
        affinity={
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}]
                }
            }
        },
        tolerations=[k8s.V1Toleration(key="dedicated", operator="Equal", value="etl", effect="NoSchedule")],
        security_context={"runAsUser": 1000},
        node_selector={"pool": "etl"},
    )
