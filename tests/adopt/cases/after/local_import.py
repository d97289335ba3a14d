from datetime import datetime

from airflow.sdk import DAG

def load():
    from airflowkit import pod_task

    return pod_task(task_id="load", image="busybox:1.36")


with DAG("local_import", schedule=None, start_date=datetime(2026, 1, 1)):
    load()
