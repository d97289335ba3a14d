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
        is_delete_operator_pod=True,
        log_pod_spec_on_failure=False,
    )
    KubernetesPodOperator(
        task_id="check", image="orders:1.4.2", container_resources=RESOURCES,
        log_pod_spec_on_failure=False, progress_callback=None, is_delete_operator_pod=None
    )
    KubernetesPodOperator.partial(
        task_id="send",
        is_delete_operator_pod=True,
        container_resources=RESOURCES,
        log_pod_spec_on_failure=False,
    ).expand(image=["orders:1.4.2", "orders:1.4.3"])
