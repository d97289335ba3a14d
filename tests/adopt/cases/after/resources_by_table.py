from datetime import datetime

from airflow.sdk import DAG
from airflowkit import Resources, pod_task

SIZES = {"day": ("500m", "1Gi"), "month": ("2", "8Gi")}

with DAG("resources_by_table", schedule=None, start_date=datetime(2026, 1, 1)):
    for size, (cpu, memory) in SIZES.items():
        pod_task(
            task_id=size,
            image="busybox:1.36",
            resources=Resources(
                cpu=cpu,
                memory=memory
            ),
        )
