"""Every kind of schedule that is not of assets: a run of each has one date, or none, as in production."""

from datetime import datetime, timedelta

import pendulum
from airflow.providers.standard.operators.latest_only import LatestOnlyOperator
from airflow.sdk import DAG, CronTriggerTimetable, MultipleCronTriggerTimetable, task
from airflow.timetables.events import EventsTimetable
from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable
from airflow.timetables.trigger import DeltaTriggerTimetable

START = datetime(2026, 1, 1)
SCHEDULES = {
    "cron": "30 6 * * 1-5",
    "preset": "@daily",
    "delta": timedelta(hours=6),
    "cron_interval": CronDataIntervalTimetable("0 0 * * *", timezone="Europe/Berlin"),
    "delta_interval": DeltaDataIntervalTimetable(timedelta(days=1)),
    "cron_trigger": CronTriggerTimetable("0 3 * * *", timezone="UTC", interval=timedelta(hours=1)),
    "delta_trigger": DeltaTriggerTimetable(timedelta(hours=2)),
    "several_crons": MultipleCronTriggerTimetable("0 1 * * *", "0 2 * * *", timezone="UTC"),
    "events": EventsTimetable([pendulum.datetime(2026, 1, 5, tz="UTC")], restrict_to_events=False),
    "once": "@once",
    "nothing": None,
}

for name, schedule in SCHEDULES.items():
    with DAG(f"schedule_{name}", schedule=schedule, start_date=START):

        @task
        def dates(dag_run, **context):
            print("dated", dag_run.logical_date is not None, "data_interval_start" in context)

        LatestOnlyOperator(task_id="latest") >> dates()

with DAG("schedule_continuous", schedule="@continuous", start_date=START, max_active_runs=1):

    @task
    def again():
        print("again")

    again()

with DAG("schedule_ended", schedule="@daily", start_date=START, end_date=datetime(2026, 2, 1)):

    @task
    def late():
        print("never")

    late()
