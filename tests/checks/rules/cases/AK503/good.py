from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG


def tell_the_team(context):
    print(context["dag"])


with DAG("orders", schedule=None, on_failure_callback=tell_the_team):
    EmptyOperator(task_id="load")
