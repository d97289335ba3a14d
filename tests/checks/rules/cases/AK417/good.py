from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from kubernetes.client import models as k8s

with DAG("orders", schedule=None):
    pod = k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base")]))
    EmptyOperator(task_id="load", executor_config={"pod_override": pod})
    EmptyOperator(task_id="send", executor_config={"overrides": "of another executor"})
