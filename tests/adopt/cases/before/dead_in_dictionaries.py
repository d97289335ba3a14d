from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

# pods go when they are done
DELETE = True
TABLES = ("orders", "stock")
DEFAULTS = {
    "owner": "data-eng",
    "is_delete_operator_pod": True,  # no pods that nobody needs
    "image": "busybox:1.36",
}
COMMON = dict(namespace="etl", is_delete_operator_pod=True, get_logs=True)
KEPT = {"is_delete_operator_pod": False, "on_finish_action": "delete_succeeded_pod"}

with DAG("dead_in_dictionaries", schedule=None, start_date=datetime(2026, 1, 1), default_args=DEFAULTS):
    for table in TABLES:
        KubernetesPodOperator(task_id=f"load_{table}", arguments=[table], **COMMON)
    KubernetesPodOperator(task_id="keep", **{**COMMON, **KEPT})
    KubernetesPodOperator(task_id="named", is_delete_operator_pod=DELETE)
    KubernetesPodOperator.partial(task_id="rows").expand_kwargs([{"arguments": ["a"], "is_delete_operator_pod": True}])
    KubernetesPodOperator(task_id="broken", image_pull_policy="always")
