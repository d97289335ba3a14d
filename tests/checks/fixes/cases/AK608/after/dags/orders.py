"""To ignore a rule:

    # airflowkit: ignore[AK402]
"""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")

EmptyOperator(task_id="send")  # to the shop  # airflowkit: ignore[AK301] in no DAG until March
