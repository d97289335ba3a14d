"""A DAG that waits for another one.

Each run of `cross_dag_child` waits for the run of `cross_dag_parent` with the same logical date, so both have the same
schedule; for another schedule, the sensor has `execution_delta`. In mode `reschedule` the sensor gives its worker back
between two looks: it may wait for hours.

`airflowkit run cross_dag_child` runs the parent, too.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG, task

from airflowkit import dag_args, default_args, teams_failure

with DAG(
    "cross_dag_parent",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
):

    @task
    def load_orders() -> None:
        """Load the orders."""
        print("loaded the orders")

    load_orders()

with DAG(
    "cross_dag_child",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
):
    wait = ExternalTaskSensor(
        task_id="wait",
        external_dag_id="cross_dag_parent",
        # Fail as soon as the parent has failed; without this the sensor waits on, in case somebody clears the parent.
        failed_states=["failed"],
        mode="reschedule",
        poke_interval=60,
        timeout=timedelta(hours=6),
    )

    @task
    def report() -> None:
        """Report what the parent has loaded."""
        print("reported the orders")

    wait >> report()
