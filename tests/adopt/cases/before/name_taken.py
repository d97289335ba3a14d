from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG

with DAG("name_taken", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task = KubernetesPodOperator(task_id="load", image="busybox:1.36", secrets=[Secret("env", None, "orders-env")])
    pod_task >> KubernetesPodOperator(task_id="report", image="busybox:1.36")
