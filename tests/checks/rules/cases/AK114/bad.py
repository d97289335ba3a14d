from datetime import timedelta

from airflow.operators.empty import EmptyOperator
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensorAsync
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    TimeDeltaSensorAsync(task_id="wait", delta=timedelta(hours=1)) >> EmptyOperator(task_id="load")
