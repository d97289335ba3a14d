"""Written for Airflow 2: its names and arguments moved."""

from datetime import datetime

from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.providers.standard.operators.bash import BashOperator  # the shell
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator as Python
from airflow.providers.standard.operators.python import BranchPythonOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, task

with DAG(
    "orders",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    max_active_tasks=3,  # at a time
) as dag:
    start = EmptyOperator(task_id="DummyOperator")
    choose = BranchPythonOperator(task_id="choose", python_callable=lambda: "load")
    load = BashOperator(task_id="load", bash_command="true", max_active_tis_per_dag=1)
    pod = KubernetesPodOperator(
        task_id="pod", name="pod", namespace="data", image="busybox:1.37", secrets=[Secret("env", "TOKEN", "orders", "token")]
    )
    start >> choose >> [load, Python(task_id="skip", python_callable=print)] >> pod
