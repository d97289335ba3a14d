from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

default_args = {
    "owner": "sales",
    # an hour, said the contract
    "retries": 2,  # the source restarts at night
}

with DAG("orders", schedule=None, default_args=default_args):
    EmptyOperator(task_id="load")

with DAG("returns", schedule=None, tags=["sales"]):
    EmptyOperator(task_id="load")
