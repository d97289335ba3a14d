from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, task

with DAG("orders", schedule=None):

    @task.branch
    def choose():
        return "full"

    full, delta = EmptyOperator(task_id="full"), EmptyOperator(task_id="delta")
    choose() >> [full, delta] >> EmptyOperator(task_id="report")
