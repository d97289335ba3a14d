import socket
from contextlib import suppress

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with suppress(OSError):
    socket.create_connection(("127.0.0.1", 9), timeout=1)

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")
