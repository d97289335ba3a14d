"""A pod that is waited for without a worker.

With `deferrable=True` the task leaves its worker once the pod is created, and the triggerer
watches over the pod: right for pods that take long. Nothing of the log is seen until the
pod ends, unless `logging_interval` says how often to look.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import dag_args, default_args, pod_task, teams_failure

with DAG(
    "deferrable_wait",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    long_work = pod_task(
        "long_work",
        image="busybox:1.37",
        cmds=["sh", "-euc"],
        arguments=["for part in 1 2 3; do echo part $part; sleep 1; done"],
        deferrable=True,
    )
