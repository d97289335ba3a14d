import socket
from datetime import datetime

from airflow.sdk import DAG, task

with DAG("orders", schedule="@daily", start_date=datetime(2026, 1, 1)):

    @task
    def fetch():
        socket.create_connection(("127.0.0.1", 9), timeout=1)

    fetch()
