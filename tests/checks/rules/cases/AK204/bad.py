from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG


def build():
    dag = DAG("orders", schedule=None)
    EmptyOperator(task_id="load", dag=dag)
    return dag


build()
