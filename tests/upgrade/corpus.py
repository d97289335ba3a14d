"""DAG files of Airflow 2.11: each shows one thing that Airflow 3 does otherwise, or that it does not."""

from __future__ import annotations

from typing import Final

_HEAD: Final = """
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
START = datetime(2026, 1, 1)
"""

FILES: Final = {
    "dates": _HEAD
    + """
def load(ds=None, **context):
    return ds

with DAG("daily", schedule="0 0 * * *", start_date=START, params={"x": 1}, tags=["a"], default_args={"retries": 2}):
    a = BashOperator(task_id="a", bash_command="load {{ ds }}", retry_delay=timedelta(minutes=1))
    a >> PythonOperator(task_id="b", python_callable=load)
with DAG("hourly", schedule=timedelta(hours=1), start_date=START, catchup=False):
    BashOperator(task_id="a", bash_command="load {{ ts }}")
with DAG("by_hand", schedule=None, start_date=START):
    BashOperator(task_id="a", bash_command="load {{ ds }}")
""",
    "same": """
from datetime import datetime
from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.timetables.trigger import CronTriggerTimetable
START = datetime(2026, 1, 1)

TRIGGER = CronTriggerTimetable("0 5 * * *", timezone="Europe/Berlin")
with DAG("trigger", schedule=TRIGGER, start_date=START, catchup=True):
    KubernetesPodOperator(task_id="a", name="a", image="busybox:1.37", arguments=["a"], env_vars={"A": "b"})
with DAG("interval", schedule=CronDataIntervalTimetable("0 5 * * *", timezone="UTC"), start_date=START, catchup=True):
    BashOperator(task_id="a", bash_command="load")
with DAG("once", schedule="@once", start_date=START):
    BashOperator(task_id="a", bash_command="load")
""",
    "pulls": _HEAD
    + """
with DAG("pulls", schedule=None, start_date=START, max_active_tasks=4, max_active_runs=2):
    PythonOperator(task_id="a", python_callable=lambda ti: ti.xcom_pull(key="rows"))
    BashOperator(task_id="b", bash_command="load {{ ti.xcom_pull(key='rows') }} {{ ti.xcom_pull('a') }}")
    BashOperator(task_id="c", bash_command="load {{ ti.xcom_pull('a') }}")
""",
    "assets": """
from datetime import datetime
from airflow.datasets import Dataset
from airflow.decorators import dag, task

@dag(schedule=[Dataset("s3://orders/today")], start_date=datetime(2026, 1, 1))
def on_asset():
    @task
    def load(ds=None): ...
    @task
    def each(x): ...
    load() >> each.expand(x=[1, 2])
on_asset()
""",
    "old": """
from datetime import timedelta
from airflow import DAG
from airflow.utils.dates import days_ago
from airflow.operators.dummy import DummyOperator
from airflow.operators.subdag import SubDagOperator

with DAG("old", schedule_interval="@daily", start_date=days_ago(2), concurrency=3, catchup=False):
    DummyOperator(task_id="a", sla=timedelta(1)) >> DummyOperator(task_id="b", task_concurrency=1)
""",
    "versions": """
from datetime import datetime
import airflow
from airflow import DAG
from airflow.providers.standard.operators.bash import BashOperator

IS_OLD = airflow.__version__.startswith("2.")
with DAG("differs", schedule=None, start_date=datetime(2026, 1, 1)):
    BashOperator(task_id="a", bash_command="a" if IS_OLD else "b")
    BashOperator(task_id="only_" + ("old" if IS_OLD else "new"), bash_command="a")
""",
}
