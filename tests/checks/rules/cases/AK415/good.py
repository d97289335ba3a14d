from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

from airflowkit import pod_task

RESOURCES = {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}

with DAG("orders", schedule=None, default_args={"execution_timeout": timedelta(hours=1)}):
    KubernetesPodOperator(
        task_id="load",
        image="orders:1.4.2",
        container_resources=RESOURCES,
        log_pod_spec_on_failure=False,
        deferrable=True,
        in_cluster=True,
    )
    KubernetesPodOperator(
        task_id="elsewhere",
        image="orders:1.4.2",
        container_resources=RESOURCES,
        log_pod_spec_on_failure=False,
        deferrable=True,
        kubernetes_conn_id="other_cluster",
    )
    KubernetesPodOperator(
        task_id="by_file",
        image="orders:1.4.2",
        container_resources=RESOURCES,
        log_pod_spec_on_failure=False,
        deferrable=True,
        config_file="/etc/kube/config",
    )
    pod_task("checked", image="orders:1.4.2", resources="small", deferrable=True)
