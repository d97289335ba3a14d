from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

def pod(task_id, **kwargs):
    return KubernetesPodOperator(
        task_id=task_id,
        name=task_id,
        namespace="airflow",
        image="busybox:1.36",
        get_logs=True,
        **kwargs,
    )


with DAG("factory", schedule=None, start_date=datetime(2026, 1, 1)):
    pod("extract", cmds=["echo"]) >> pod("load", env_vars={"DAY": "{{ ds }}"})
