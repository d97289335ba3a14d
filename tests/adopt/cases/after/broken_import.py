from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG
import orders_that_nobody_has

with DAG("broken_import", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="load", image="busybox:1.36")
