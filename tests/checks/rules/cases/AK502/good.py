from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference


async def tell(**context): ...


late = DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, timedelta(hours=1), AsyncCallback(tell))

with DAG("orders", schedule=None, deadline=late):
    EmptyOperator(task_id="load")
