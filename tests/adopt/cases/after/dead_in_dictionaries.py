from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG
from airflowkit import pod_task

# pods go when they are done
DELETE = True
TABLES = ("orders", "stock")
DEFAULTS = {
    "owner": "data-eng",
    # no pods that nobody needs
    "image": "busybox:1.36",
}
COMMON = dict(namespace="etl", get_logs=True)
KEPT = {"on_finish_action": "delete_succeeded_pod"}

with DAG("dead_in_dictionaries", schedule=None, start_date=datetime(2026, 1, 1), default_args=DEFAULTS):
    for table in TABLES:
        pod_task(task_id=f"load_{table}", arguments=[table], **COMMON)
    pod_task(task_id="keep", **{**COMMON, **KEPT})
    pod_task(task_id="named")
    pod_task.partial(task_id="rows").expand_kwargs([{"arguments": ["a"]}])
    KubernetesPodOperator(task_id="broken", image_pull_policy="always")
