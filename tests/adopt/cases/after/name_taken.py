from datetime import datetime

from airflow.sdk import DAG
import airflowkit

with DAG("name_taken", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task = airflowkit.pod_task(task_id="load", image="busybox:1.36", secrets=[airflowkit.SecretEnvFrom(secret="orders-env")])
    pod_task >> airflowkit.pod_task(task_id="report", image="busybox:1.36")
