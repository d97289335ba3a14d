"""Runs one after another, and runs side by side.

Start three runs of each at once. `max_active_runs_on` allows one: the others are queued until it is over.
`max_active_runs_off` has Airflow's own limit, 16, so all three run at the same time.

Whether a run went well makes no difference here: the next one begins after a failed one, too.
"""

import time
from datetime import datetime

from airflow.sdk import DAG, task

from airflowkit import dag_args, default_args, teams_failure

for name, limit in (("on", 1), ("off", 16)):
    with DAG(
        f"max_active_runs_{name}",
        schedule=None,
        start_date=datetime(2026, 1, 1),
        default_args=default_args("manual", owner="data-eng"),
        on_failure_callback=teams_failure(),
        tags=["example"],
        doc_md=__doc__,
        # Every built-in preset but `backfill` has max_active_runs=1.
        **dag_args("manual", max_active_runs=limit),
    ):

        @task
        def replace_table() -> None:
            """Do what two runs must not do at the same time."""
            time.sleep(1)

        replace_table()
