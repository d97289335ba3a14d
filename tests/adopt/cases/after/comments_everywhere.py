from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import (  # the raw one
    # until everything has moved
    KubernetesPodOperator,
)
from airflow.sdk import DAG
from airflowkit import EmptyDirVolume, pod_task
from kubernetes.client import (
    V1Toleration,  # for the big nodes
    models as k8s,  # everything else
)

with DAG("comments_everywhere", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="load",
        # nobody looks at it afterwards
        image="busybox:1.36",  # small
        tolerations=[V1Toleration(key="big", operator="Exists")],
        volumes=[EmptyDirVolume("/data")],
        # where it expects them
        # see the image
        get_logs=True,
    )
