from airflow.sdk import DAG, task

from airflowkit import RetryByCause

with DAG("orders", schedule=None):

    @task(retries=3, retry_policy=RetryByCause(never=["exception", "unknown"]))
    def load():
        print("loading")

    load()
