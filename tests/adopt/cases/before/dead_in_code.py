from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG


def defaults(**more):
    found = {"owner": "data-eng", "is_delete_operator_pod": True}
    found.update(more)
    return found


class Pods:
    SMALL = {"image": "busybox:1.36", "is_delete_operator_pod": True}


LOUD = dict(image="busybox:1.36")
LOUD["is_delete_operator_pod"] = True
LOUD["get_logs"] = True


def load(task_id: str, **more) -> KubernetesPodOperator:
    task = KubernetesPodOperator(task_id=task_id, **Pods.SMALL, **more)
    if isinstance(task, KubernetesPodOperator):
        task.doc_md = "loads"
    return task


with DAG("dead_in_code", schedule=None, start_date=datetime(2026, 1, 1), default_args=defaults(retries=1)):
    load("load") >> KubernetesPodOperator(task_id="loud", **LOUD)
