from datetime import datetime

from airflow.sdk import DAG

def load():
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

    return KubernetesPodOperator(task_id="load", image="busybox:1.36")


with DAG("local_import", schedule=None, start_date=datetime(2026, 1, 1)):
    load()
