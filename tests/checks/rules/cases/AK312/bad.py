from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    BashOperator(task_id="extract", bash_command="extract")
    BashOperator(task_id="load", bash_command="load {{ ti.xcom_pull(task_ids='extrakt') }}")
