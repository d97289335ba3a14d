import socket

from airflow.sdk import DAG, task

with DAG("orders", schedule=None):

    @task
    def fetch():
        socket.create_connection(("127.0.0.1", 9), timeout=1)

    fetch()
