"""A run for each date that was missed, or for the last one only.

Both DAGs begin in 2024. When they are deployed, or unpaused after a long time, `catchup_on` gets a run for each first
of January since then, and `catchup_off` one for the last.

A DAG that catches up needs a limit to how many runs it has at a time, or it takes every worker: the preset `backfill`
has four. Without `catchup`, missed dates are run with `airflow backfill create`.
"""

from datetime import datetime

from airflow.sdk import DAG, task

from airflowkit import dag_args, default_args, teams_failure

for name, preset in (("on", "backfill"), ("off", "standard")):
    with DAG(
        f"catchup_{name}",
        schedule="@yearly",
        start_date=datetime(2024, 1, 1),
        default_args=default_args(preset, owner="data-eng"),
        on_failure_callback=teams_failure(),
        tags=["example"],
        doc_md=__doc__,
        **dag_args(preset),  # catchup=True, or False
    ):

        @task
        def close_year(ds: str | None = None) -> None:
            """Close the books of the year that ended."""
            print(f"closed the books before {ds}")

        close_year()
