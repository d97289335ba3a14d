from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("dead_argument", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="load",
        image="busybox:1.36",
        is_delete_operator_pod=True,
        get_logs=True,
    )
    KubernetesPodOperator(
        task_id="keep", image="busybox:1.36", is_delete_operator_pod=False, on_finish_action="delete_succeeded_pod"
    )
