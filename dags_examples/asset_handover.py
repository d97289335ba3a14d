"""A DAG that starts when another one has written something.

`asset_handover_writer` updates the asset; each update starts a run of `asset_handover_reader`. Nobody waits, and the
schedules need not match. Such a run has no logical date: its templates use `dag_run.run_after`.

The asset is a name, and Airflow does not look at what it names: it is updated when the task with the outlet succeeds.
"""

from datetime import datetime

from airflow.sdk import DAG, Asset, task

from airflowkit import dag_args, default_args, teams_failure

ORDERS = Asset("orders_table")

with DAG(
    "asset_handover_writer",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
):

    @task(outlets=[ORDERS])
    def write() -> None:
        """Write the table of orders."""
        print("wrote the orders")

    write()

with DAG(
    "asset_handover_reader",
    schedule=[ORDERS],
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
):

    @task
    def read(triggering_asset_events: dict[Asset, list[object]]) -> None:
        """Read the table, and say what started the run."""
        print(f"read the orders after {len(triggering_asset_events[ORDERS])} update")

    read()
