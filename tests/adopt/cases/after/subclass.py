from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG
from airflowkit import pod_task

class Pod(KubernetesPodOperator):
    def __init__(self, **kwargs):
        super().__init__(image="busybox:1.36", **kwargs)


with DAG("subclass", schedule=None, start_date=datetime(2026, 1, 1)):
    Pod(task_id="load") >> pod_task(task_id="report", image="busybox:1.36")
