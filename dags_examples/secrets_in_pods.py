"""Kubernetes Secrets in a pod, in every form.

One key as a variable, all keys as variables, all keys as files, some keys as files under names of their own; and the
Secret by which the image is pulled. DAG file, database and log have the names only: the values reach the pod from the
cluster.

`airflowkit run` takes them from airflowkit.local.toml; `airflowkit doctor --contract` lists what the cluster must have.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import SecretEnv, SecretEnvFrom, SecretVolume, dag_args, default_args, pod_task, teams_failure

LOOK = """
echo "one key: $(printf %s "$DB_PASSWORD" | wc -c) characters"
echo "all keys: the user is $ORDERS_USER"
echo "files: $(ls /etc/orders/tls)"
echo "some files: $(ls /etc/orders/login)"
"""

with DAG(
    "secrets_in_pods",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    look = pod_task(
        "look",
        image="busybox:1.37",
        cmds=["sh", "-euc"],
        arguments=[LOOK],
        secrets=[
            SecretEnv("DB_PASSWORD", secret="orders-db", key="password"),
            # A variable for each key, named prefix and key: ORDERS_USER, ORDERS_password.
            SecretEnvFrom(secret="orders-db", prefix="ORDERS_"),
            SecretVolume("/etc/orders/tls", secret="orders-tls"),
            SecretVolume("/etc/orders/login", secret="orders-db", items={"password": "db-password"}),
        ],
        # Names of Secrets of type kubernetes.io/dockerconfigjson. If all pods need one, it belongs into
        # [pod] of airflowkit.toml; the pod then has that one and these.
        image_pull_secrets=["regcred"],
    )
