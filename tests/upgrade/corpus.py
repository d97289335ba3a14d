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
    "code": _HEAD
    + """
import asyncio
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, partial, wraps
from typing import Any, NamedTuple

class Kind(Enum):
    FULL = "full"
    DELTA = "delta"
    def is_full(self):
        return self is Kind.FULL

class Row(NamedTuple):
    key: str
    value: int = 0

@dataclass(frozen=True)
class Options:
    '''Options.

        More of it.
    '''
    kind: Kind = Kind.FULL
    names: list[str] = field(default_factory=lambda: ["a"])

class Base:
    def run(self, **context: Any) -> int:
        '''Run it.'''
        return 1

class Loader(Base):
    limit: int = 3
    @cached_property
    def rows(self) -> list[Row]:
        return [Row(f"{key!r:>{self.limit}}") for key in range(self.limit) if key % 2]
    def run(self, **context: Any) -> int:
        total: int = super().run() + len({row: row.value for row in self.rows})
        while total > 5 and not context:
            total -= 1
        try:
            with open("/dev/null") as content:
                return total if content else 2 * 3
        except* OSError:
            raise

def logged(function):
    @wraps(function)
    def inner(*args, sep="/", **kwargs):
        match args:
            case [str() as first, *_] if first.startswith(sep):
                return function(*args, **kwargs)
            case _:
                return None
    return inner

@logged
def load(path, options=Options(), *, kinds=(Kind.FULL, Kind.DELTA), **context):
    async def wait():
        return [x async for x in context]
    asyncio.run(wait())
    assert path, f"no {path=}"
    return (lambda row: row[0])(path), {**context, "a": [*kinds]}

first, second = (lambda: 1), (lambda ti: (lambda: ti)())
third, fourth = (lambda: 1 + 1), (lambda ti: 1 if ti else "\u2ffc")
def deep(a=1):
    return """
    + " + ".join(["a"] * 700)
    + """
with DAG("code", schedule=None, start_date=START):
    PythonOperator(task_id="load", python_callable=partial(load, "a"))
    PythonOperator(task_id="method", python_callable=Loader().run)
    PythonOperator(task_id="first", python_callable=first)
    PythonOperator(task_id="second", python_callable=second)
    PythonOperator(task_id="third", python_callable=third)
    PythonOperator(task_id="fourth", python_callable=fourth)
    PythonOperator(task_id="deep", python_callable=deep)
""",
    "outlets": _HEAD
    + """
try:
    from airflow.sdk import Asset, AssetAlias
except ImportError:
    from airflow.datasets import Dataset as Asset, DatasetAlias as AssetAlias

with DAG("outlets", schedule=[Asset("s3://orders/in")], start_date=START):
    orders = Asset("s3://orders/a", extra={"kind": "a"})
    ends = {"inlets": [Asset("s3://orders/in")], "outlets": [orders, AssetAlias("b")]}
    BashOperator(task_id="a", bash_command="true", **ends)
    BashOperator.partial(task_id="b", **ends).expand(bash_command=["true"])
""",
    "starts": _HEAD
    + """
DEFAULTS = {"start_date": START, "end_date": datetime(2030, 1, 1)}
with DAG("starts_by_default", schedule=None, default_args=DEFAULTS):
    BashOperator(task_id="a", bash_command="true")
    BashOperator(task_id="b", bash_command="true", start_date=datetime(2026, 2, 1))
    BashOperator.partial(task_id="c").expand(bash_command=["true"])
with DAG("starts", schedule=None, start_date=START):
    BashOperator(task_id="a", bash_command="true", start_date=START)
    BashOperator(task_id="b", bash_command="true", start_date=datetime(2026, 2, 1))
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
