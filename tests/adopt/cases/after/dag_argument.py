from datetime import datetime

from airflow.sdk import DAG
from airflowkit import pod_task

dag = DAG("dag_argument", schedule=None, start_date=datetime(2026, 1, 1))

load = pod_task(task_id="load", image="busybox:1.36", dag=dag, retries=3)
report = pod_task(task_id="report", image="busybox:1.36", dag=dag, depends_on_past=True)
load.set_downstream(report)
