from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG

with DAG("mapped_output", schedule=None, start_date=datetime(2026, 1, 1)):
    tables = PythonOperator(task_id="tables", python_callable=list)
    KubernetesPodOperator.partial(task_id="load", image="busybox:1.36").expand(arguments=tables.output)
