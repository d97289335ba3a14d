from datetime import datetime

from airflow.sdk import dag, task
from airflowkit import pod_task

@task
def tables():
    return ["orders"]


@dag(schedule=None, start_date=datetime(2026, 1, 1))
def decorated():
    load = pod_task(task_id="load", image="busybox:1.36", do_xcom_push=True)
    tables() >> load


decorated()
