from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    TimeDeltaSensor(task_id="wait", delta=timedelta(hours=1), deferrable=True) >> EmptyOperator(task_id="load")
