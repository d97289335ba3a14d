from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG


def late(*_details): ...


with DAG("orders", schedule=None, default_args={"sla": timedelta(hours=1), "provide_context": True}):
    EmptyOperator(task_id="load")
with DAG("stock", schedule=None, sla_miss_callback=late):
    EmptyOperator(task_id="load", sla=timedelta(hours=2))
