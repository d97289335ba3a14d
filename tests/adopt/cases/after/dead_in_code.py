from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG
from airflowkit import pod_task


def defaults(**more):
    found = {"owner": "data-eng"}
    found.update(more)
    return found


class Pods:
    SMALL = {"image": "busybox:1.36"}


LOUD = dict(image="busybox:1.36")
LOUD["get_logs"] = True


def load(task_id: str, **more) -> KubernetesPodOperator:
    task = pod_task(task_id=task_id, **Pods.SMALL, **more)
    if isinstance(task, KubernetesPodOperator):
        task.doc_md = "loads"
    return task


with DAG("dead_in_code", schedule=None, start_date=datetime(2026, 1, 1), default_args=defaults(retries=1)):
    load("load") >> pod_task(task_id="loud", **LOUD)
