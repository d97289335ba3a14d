from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

volume = k8s.V1Volume(
    name="data",
    persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name="orders-data"),
)
volume_mount = k8s.V1VolumeMount(name="data", mount_path="/data", sub_path=None, read_only=False)

with DAG("volumes_named", schedule=None, start_date=datetime(2026, 1, 1)):
    load = KubernetesPodOperator(task_id="load", image="busybox:1.36", volumes=[volume], volume_mounts=[volume_mount])
    report = KubernetesPodOperator(task_id="report", image="busybox:1.36", volumes=[volume], volume_mounts=[volume_mount])
    load >> report
