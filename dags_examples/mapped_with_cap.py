"""A pod for each shop, and never more than two of them at a time, in all runs together.

The server that the pods ask takes two visitors. `max_active_tis_per_dag` counts the task's pods in every run of the
DAG: two runs side by side share the two places. `max_active_tis_per_dagrun`, as in shops_mapped.py, gives each run its
own.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import dag_args, default_args, pod_task, teams_failure

SHOPS = ("berlin", "lyon", "porto", "turin")

with DAG(
    "mapped_with_cap",
    schedule="@hourly",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard", max_active_runs=3),
) as dag:
    ask = pod_task.partial(
        "ask",
        image="busybox:1.37",
        cmds=["sh", "-euc", 'echo "got the orders of $SHOP"'],
        max_active_tis_per_dag=2,
    ).expand(env_vars=[{"SHOP": shop} for shop in SHOPS])
