from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import (  # the raw one
    # until everything has moved
    KubernetesPodOperator,
)
from airflow.sdk import DAG
from kubernetes.client import (
    V1Toleration,  # for the big nodes
    models as k8s,  # everything else
)

with DAG("comments_everywhere", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="load",
        is_delete_operator_pod=True,  # nobody looks at it afterwards
        image="busybox:1.36",  # small
        tolerations=[V1Toleration(key="big", operator="Exists")],
        volumes=[k8s.V1Volume(name="data", empty_dir=k8s.V1EmptyDirVolumeSource())],
        # where it expects them
        volume_mounts=[k8s.V1VolumeMount(name="data", mount_path="/data")],  # see the image
        get_logs=True,
    )
