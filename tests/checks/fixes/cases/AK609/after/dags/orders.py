"""Orders, once pods built by hand."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

# airflowkit: ignore-file[AK105] the shop's helpers print
print("orders")

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")  # the first of two
    EmptyOperator(task_id="send")  # to the shop
