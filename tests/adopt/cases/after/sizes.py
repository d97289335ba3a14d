from datetime import datetime

from airflow.sdk import DAG
from airflowkit import Resources, pod_task

with DAG("sizes", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="small",
        image="busybox:1.36",
        resources="small",
    )
    pod_task(
        task_id="own",
        image="busybox:1.36",
        resources=Resources(
            cpu="300m",
            cpu_limit="2",
            memory="1Gi",
        ),
    )
