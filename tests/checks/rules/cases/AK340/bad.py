from datetime import timedelta

from airflow.sdk import DAG

from airflowkit import RetryByCause, pod_task

with DAG("orders", schedule=None, default_args={"execution_timeout": timedelta(hours=1)}):
    pod_task(
        "load",
        image="orders:1.4.2",
        resources="small",
        retry_policy=RetryByCause(),
    )
