from datetime import datetime

from kubernetes.client import models as k8s
from airflow.sdk import DAG
from airflowkit import ConfigMapEnv, FieldEnv, SecretEnv, pod_task

with DAG("variables_mixed", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task(
        task_id="load",
        image="busybox:1.36",
        env_vars=[
            k8s.V1EnvVar(name="LOG_LEVEL", value="info"),
            SecretEnv(
                "PASSWORD",
                secret="db",
                key="password",
            ),
            ConfigMapEnv(
                "MODE",
                config_map="modes",
                key="mode",
            ),
            FieldEnv("IP", field="status.podIP"),
        ],
    )
