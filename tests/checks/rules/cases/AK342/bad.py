from airflow.sdk import DAG, task

with DAG("orders", schedule=None, default_args={"retries": 3, "retry_policy": "by-cause"}):

    @task
    def load():
        print("loading")

    load()
