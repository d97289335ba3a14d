from datetime import datetime

from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG
from airflowkit import pod_task

try:
    from orders_that_nobody_has import SECRETS
except ImportError:
    SECRETS = [Secret("env", "A", "orders", "a")]

with DAG("value_or_import", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(task_id="load", image="busybox:1.36", secrets=SECRETS)
