from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG
from airflowkit import Resources, pod_task

with DAG("already_ours", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task("load", image="busybox:1.36", resources=Resources(memory="1Gi"))
    KubernetesPodOperator(task_id="report", image="busybox:1.36", secrets=[Secret("env", None, "orders-env")])
