"""Loads the orders."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

QUEUE = "orders"
# Each parse says what it reads.
print("loading", QUEUE, sep=": ")

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")

print(f"{QUEUE} is done"); LAST = "load"
print()  # a blank line
