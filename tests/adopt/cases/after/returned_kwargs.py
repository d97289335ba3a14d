from datetime import datetime

from kubernetes.client import models as k8s
from airflow.sdk import DAG
from airflowkit import pod_task

def common(name):
    return {
        "name": name,
        "image": "busybox:1.36",
        "container_resources": k8s.V1ResourceRequirements(requests={"memory": "1Gi"}, limits={"memory": "1Gi"}),
        "image_pull_secrets": [k8s.V1LocalObjectReference("regcred")],
    }


with DAG("returned_kwargs", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(task_id="load", **common("load"))
    pod_task(task_id="report", cmds=["echo"], **common("report"))
