from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None, default_args={"execution_timeout": timedelta(hours=1)}):
    KubernetesPodOperator(
        task_id="load",
        image="orders:1.4.2",
        log_pod_spec_on_failure=False,
    )
