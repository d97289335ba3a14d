"""A card for a run that is late.

A run that has not ended two hours after it was queued is reported to Teams, once, and goes on. To end what takes too
long, set `execution_timeout` or `dagrun_timeout`.

The triggerer makes the notifier from its class and keywords, so it needs airflowkit and the connection. Airflow 3.2 and
newer.
"""

from datetime import datetime, timedelta

from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference

from airflowkit import TeamsNotifier, dag_args, default_args, pod_task, teams_failure

LATE = DeadlineAlert(
    # From when the time counts; DAGRUN_LOGICAL_DATE counts the time in which no run was started, too.
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=timedelta(hours=2),
    callback=AsyncCallback(TeamsNotifier, {"message": "The finance report waits for it."}),
)

with DAG(
    "deadline_alert",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    deadline=LATE,
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    load = pod_task("load", image="busybox:1.37", cmds=["echo"], arguments=["loaded the orders"])
