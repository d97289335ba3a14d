"""Python functions on the worker beside a pod, with results handed to and fro.

`choose_day` runs on the worker; the pod gets what it returned as a variable, and `report`
gets what the pod left in /airflow/xcom/return.json.
"""

from datetime import datetime

from airflow.sdk import DAG, task

from airflowkit import dag_args, default_args, pod_task, teams_failure

COUNT = """
import json, os, pathlib

print(f"counting the orders of {os.environ['DAY']}")
pathlib.Path("/airflow/xcom/return.json").write_text(json.dumps({"orders": 3}))
"""

with DAG(
    "python_beside_pods",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:

    @task
    def choose_day() -> str:
        """Return the day that the pod is to count."""
        return "2026-01-01"

    @task
    def report(counted: dict[str, int]) -> None:
        """Print what the pod found."""
        print(f"{counted['orders']} orders")

    count = pod_task(
        "count",
        image="python:3.11-slim",
        cmds=["python3", "-c"],
        arguments=[COUNT],
        env_vars={"DAY": choose_day()},
        do_xcom_push=True,
    )
    report(count.output)
