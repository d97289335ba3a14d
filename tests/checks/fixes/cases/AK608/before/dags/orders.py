"""To ignore a rule:

    # airflowkit: ignore[AK402]
"""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

# airflowkit: ignore-file[AK501]
with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")  # airflowkit: ignore[AK402]

EmptyOperator(task_id="send")  # to the shop  # airflowkit: ignore[AK301, slow] in no DAG until March
