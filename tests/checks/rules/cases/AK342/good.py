from airflow.sdk import DAG, task

from airflowkit import RetryByCause

with DAG("orders", schedule=None, default_args={"retries": 3, "retry_policy": RetryByCause()}):

    @task
    def load():
        print("loading")

    load()
