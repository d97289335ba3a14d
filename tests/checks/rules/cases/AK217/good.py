from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

REGIONS = {"eu", "us", "asia", "africa"}

with DAG("orders", schedule=None):
    BashOperator(task_id="load", bash_command=f"load {' '.join(sorted(REGIONS))}")
