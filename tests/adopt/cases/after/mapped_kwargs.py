from datetime import datetime

from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("mapped_kwargs", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task.partial(task_id="load", image="busybox:1.36").expand_kwargs(
        [{"arguments": [name], "name": f"load-{name}"} for name in ("orders", "customers")]
    )
