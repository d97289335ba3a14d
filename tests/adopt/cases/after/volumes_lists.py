from datetime import datetime

from kubernetes.client import models as k8s
from airflow.sdk import DAG
from airflowkit import EmptyDirVolume, pod_task

VOLUMES = [
    EmptyDirVolume("/cache", medium="Memory"),
    k8s.V1Volume(name="host", host_path=k8s.V1HostPathVolumeSource(path="/var/log")),
]
MOUNTS = [
    k8s.V1VolumeMount(name="host", mount_path="/logs"),
]

with DAG("volumes_lists", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(task_id="load", image="busybox:1.36", volumes=VOLUMES, volume_mounts=MOUNTS)
