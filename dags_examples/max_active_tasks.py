"""Few tasks of a run at a time, or all that are ready.

The four shops do not depend on each other. `max_active_tasks_on` asks the shops' server for two at a time;
`max_active_tasks_off` has Airflow's own limit, 16, and asks for all four at once.

The limit counts the tasks of one run. A limit over all runs and DAGs is a pool; one of a single task over all its runs
is `max_active_tis_per_dag`, as in mapped_with_cap.py.
"""

import time
from datetime import datetime

from airflow.sdk import DAG, task

from airflowkit import dag_args, default_args, teams_failure

for name, limit in (("on", 2), ("off", 16)):
    with DAG(
        f"max_active_tasks_{name}",
        schedule=None,
        start_date=datetime(2026, 1, 1),
        default_args=default_args("manual", owner="data-eng"),
        on_failure_callback=teams_failure(),
        tags=["example"],
        doc_md=__doc__,
        **dag_args("manual", max_active_tasks=limit),
    ):

        @task
        def ask(shop: str) -> None:
            """Ask a shop for its orders."""
            time.sleep(1)
            print(f"got the orders of {shop}")

        ask.expand(shop=["berlin", "lyon", "porto", "turin"])
