from datetime import timedelta

from airflow.sdk import DAG

from airflowkit import Resources, pod_task

with DAG("orders", schedule=None, default_args={"execution_timeout": timedelta(hours=1)}):
    pod_task(
        "load",
        image="orders:1.4.2",
        retries=2,
        resources=Resources(cpu="1", memory="2Gi", memory_after_oom=["4Gi", "8Gi"]),
    )
