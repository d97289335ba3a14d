"""Orders, once pods built by hand."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

# airflowkit: ignore-file[AK401, AK105] the shop's helpers print
print("orders")

# airflowkit: ignore[AK203] two DAGs until March
with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")  # airflowkit: ignore[AK301] built by hand  # the first of two
    EmptyOperator(task_id="send")  # to the shop  # airflowkit: ignore[AK301, AK304] built by hand
