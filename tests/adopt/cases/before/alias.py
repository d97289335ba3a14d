from datetime import datetime

from airflow.providers.cncf.kubernetes.operators import pod
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator as Pod
from airflow.sdk import DAG

with DAG("alias", schedule=None, start_date=datetime(2026, 1, 1)):
    Pod(task_id="load", image="busybox:1.36")
    pod.KubernetesPodOperator(task_id="report", image="busybox:1.36")
