from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s
from airflow.sdk import DAG

with DAG("variables_mixed", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(
        task_id="load",
        image="busybox:1.36",
        env_vars=[
            k8s.V1EnvVar(name="LOG_LEVEL", value="info"),
            k8s.V1EnvVar(
                name="PASSWORD",
                value_from=k8s.V1EnvVarSource(secret_key_ref=k8s.V1SecretKeySelector(name="db", key="password")),
            ),
            k8s.V1EnvVar(
                name="MODE",
                value_from=k8s.V1EnvVarSource(config_map_key_ref=k8s.V1ConfigMapKeySelector(name="modes", key="mode")),
            ),
            k8s.V1EnvVar(name="IP", value_from=k8s.V1EnvVarSource(field_ref=k8s.V1ObjectFieldSelector(field_path="status.podIP"))),
        ],
    )
