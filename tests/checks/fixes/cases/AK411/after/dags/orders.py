from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

RESOURCES = {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}

with DAG("orders", schedule=None, default_args={"execution_timeout": timedelta(hours=1)}):
    KubernetesPodOperator(
        task_id="load",
        image="orders:1.4.2",
        container_resources=RESOURCES,  # what it takes
        # nobody keeps pods
        log_pod_spec_on_failure=False,
    )
    KubernetesPodOperator(
        task_id="check", image="orders:1.4.2", container_resources=RESOURCES,
        log_pod_spec_on_failure=False
    )
    KubernetesPodOperator.partial(
        task_id="send",
        container_resources=RESOURCES,
        log_pod_spec_on_failure=False,
    ).expand(image=["orders:1.4.2", "orders:1.4.3"])
