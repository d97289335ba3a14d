"""The story's own DAGs: one that fails, one whose tasks only start, one that runs while Airflow is upgraded."""

from datetime import datetime, timedelta

import shared_lib  # beside the DAGs: the deployment must have it on its import path
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, chain

from airflowkit import Resources, dag_args, default_args, pod_task, teams_failure

START = datetime(2026, 1, 1)  # noqa: DTZ001  Airflow reads a date without a zone as UTC
SMALL = Resources(cpu="20m", memory="32Mi")

with DAG(
    "failing",
    schedule=None,
    start_date=START,
    default_args=default_args("standard", retries=0),
    on_failure_callback=teams_failure(),
    doc_md=shared_lib.__doc__,
    **dag_args("standard"),
):
    pod_task(
        "fails",
        image="busybox:1.37",
        cmds=["sh", "-euc"],
        arguments=["echo the last words of the pod; exit 3"],
        resources=SMALL,
    )

with DAG("start_delay", schedule=None, start_date=START, **dag_args("standard")):
    alone, at_once = (
        [BashOperator(task_id=f"{how}_{number}", bash_command="true") for number in range(6)]
        for how in ("alone", "at_once")
    )
    chain(*alone)
    alone[-1] >> at_once

with DAG(
    "through_an_upgrade",
    schedule=None,
    start_date=START,
    default_args=default_args("standard", retries=1, retry_delay=timedelta(seconds=10)),
    **dag_args("standard"),
):
    for name in ("ordinary", "deferrable"):
        pod_task(
            name,
            image="busybox:1.37",
            cmds=["sh", "-euc"],
            arguments=["echo began; sleep 180; echo ended well"],
            resources=SMALL,
            deferrable=name == "deferrable",
        )
