from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

with DAG("volumes_secret", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="load",
        image="busybox:1.36",
        volumes=[
            k8s.V1Volume(name="tls", secret=k8s.V1SecretVolumeSource(secret_name="orders-tls", default_mode=0o400)),
            k8s.V1Volume(name="conf", config_map=k8s.V1ConfigMapVolumeSource(name="orders")),
        ],
        volume_mounts=[
            k8s.V1VolumeMount(name="tls", mount_path="/etc/tls", read_only=True),
            k8s.V1VolumeMount(name="conf", mount_path="/etc/orders"),
        ],
    )
