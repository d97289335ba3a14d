from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG

RESOURCES = {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}

with DAG("orders", schedule=None, default_args={"execution_timeout": timedelta(hours=1)}):
    KubernetesPodOperator(
        task_id="load",
        image="orders:1.4.2",
        namespace="etl",
        container_resources=RESOURCES,
        log_pod_spec_on_failure=False,
        secrets=[Secret("env", "PASSWORD", "orders-db", "password")],
    )
