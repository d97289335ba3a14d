from datetime import datetime

from kubernetes.client import models as k8s
from airflow.sdk import DAG
from airflowkit import SecretVolume, pod_task

with DAG("volumes_secret", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="load",
        image="busybox:1.36",
        volumes=[
            SecretVolume("/etc/tls", secret="orders-tls", mode=0o400),
            k8s.V1Volume(name="conf", config_map=k8s.V1ConfigMapVolumeSource(name="orders")),
        ],
        volume_mounts=[
            k8s.V1VolumeMount(name="conf", mount_path="/etc/orders"),
        ],
    )
