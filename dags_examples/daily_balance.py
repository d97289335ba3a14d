"""Runs that wait for one another: each day's balance builds on that of the day before.

The preset `sequential` allows one run at a time, and lets a task begin only when the same
task, and what follows it, went well in the run before.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import dag_args, default_args, pod_task, teams_failure

DAY = "{{ dag_run.run_after | ds }}"

with DAG(
    "daily_balance",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("sequential", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("sequential"),
) as dag:
    book = pod_task("book", image="busybox:1.37", cmds=["echo"], arguments=[f"booked the orders of {DAY}"])
    balance = pod_task("balance", image="busybox:1.37", cmds=["echo"], arguments=[f"balanced {DAY}"])
    book >> balance
