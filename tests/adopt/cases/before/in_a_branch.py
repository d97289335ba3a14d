from datetime import datetime

import os

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("in_a_branch", schedule=None, start_date=datetime(2026, 1, 1)):
    if os.environ.get("ORDERS_ENV") == "production":
        KubernetesPodOperator(task_id="load", image="busybox:1.36", namespace="production")
    else:
        KubernetesPodOperator(task_id="load", image="busybox:1.36", namespace="test")
