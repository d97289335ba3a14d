from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

for team in ("sales", "stock"):
    with DAG(f"several_{team}", schedule=None, start_date=datetime(2026, 1, 1)):
        KubernetesPodOperator(task_id="load", image="busybox:1.36", labels={"team": team})
