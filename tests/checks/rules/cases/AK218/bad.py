from datetime import datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from airflow.timetables.simple import NullTimetable


class OnDemand(NullTimetable):
    """A timetable that no plugin has registered."""


with DAG("orders", schedule=OnDemand(), start_date=datetime(2026, 1, 1), on_failure_callback=print):
    EmptyOperator(task_id="load")
