"""One pod a day: the smallest whole DAG.

The preset brings retries and a time limit, `airflowkit.toml` the namespace and the pod's
size, and `teams_failure()` one card for a run that failed.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import dag_args, default_args, pod_task, teams_failure

with DAG(
    "hello_pod",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    hello = pod_task(
        "hello",
        image="busybox:1.37",
        cmds=["sh", "-euc"],
        arguments=['echo "Hello from the pod of {{ dag_run.run_after | ds }}"'],
    )
