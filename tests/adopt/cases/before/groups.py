from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, TaskGroup

with DAG("groups", schedule=None, start_date=datetime(2026, 1, 1)):
    with TaskGroup("extract") as extract:
        for table in ("orders", "customers"):
            KubernetesPodOperator(task_id=table, image="busybox:1.36", labels={"table": table})
    extract >> KubernetesPodOperator(task_id="report", image="busybox:1.36", trigger_rule="all_done")
