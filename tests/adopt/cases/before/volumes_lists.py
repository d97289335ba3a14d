from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

VOLUMES = [
    k8s.V1Volume(name="cache", empty_dir=k8s.V1EmptyDirVolumeSource(medium="Memory")),
    k8s.V1Volume(name="host", host_path=k8s.V1HostPathVolumeSource(path="/var/log")),
]
MOUNTS = [
    k8s.V1VolumeMount(name="cache", mount_path="/cache"),
    k8s.V1VolumeMount(name="host", mount_path="/logs"),
]

with DAG("volumes_lists", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="load", image="busybox:1.36", volumes=VOLUMES, volume_mounts=MOUNTS)
