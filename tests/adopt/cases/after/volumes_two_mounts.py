from datetime import datetime

from kubernetes.client import models as k8s
from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("volumes_two_mounts", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="load",
        image="busybox:1.36",
        volumes=[k8s.V1Volume(name="tmp", empty_dir=k8s.V1EmptyDirVolumeSource())],
        volume_mounts=[k8s.V1VolumeMount(name="tmp", mount_path="/a"), k8s.V1VolumeMount(name="tmp", mount_path="/b")],
    )
