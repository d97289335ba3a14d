from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    BashOperator(task_id="load", bash_command="load.sh ")
