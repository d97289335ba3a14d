"""Facts of a failed task and of a failed run, with everything in them that a card can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from airflowkit.alerts.facts.facts import Event, Facts, FailedTask, Mention
from airflowkit.pods.diagnostics.diagnosis import Diagnosis
from alerts.contexts import AT, RUN_ID

TASK = Facts(
    event=Event.FAILURE,
    dag_id="orders_daily",
    task_id="load_orders",
    run_id=RUN_ID,
    try_number=3,
    tries=3,
    will_retry=False,
    diagnosis=Diagnosis("out of memory: used 512Mi of 512Mi", "raise resources", ("reading part 7", "Killed")),
    traceback='  File "orders.py", line 88, in load\n    connect()',
    owners=("data-eng",),
    mentions=(Mention("Data on-call", "oncall@example.com"),),
    started=AT,
    lasted=timedelta(minutes=4, seconds=12),
    run_type="scheduled",
    logical_date=AT,
    host="worker-1",
    log_url="https://airflow.example.com/log",
    run_url="https://airflow.example.com/run",
    runbook="https://wiki.example.com/orders_daily",
    environment="PROD",
    message="The finance report waits for this.",
)
RUN = replace(
    TASK,
    task_id="",
    try_number=None,
    tries=None,
    will_retry=None,
    diagnosis=None,
    traceback="",
    failed=(
        FailedTask("load_orders", (), Diagnosis("ValueError: broken")),
        FailedTask("part", tuple(range(200)), Diagnosis("RuntimeError: part 0 broke")),
        FailedTask("silent"),
    ),
    not_run=1,
)
