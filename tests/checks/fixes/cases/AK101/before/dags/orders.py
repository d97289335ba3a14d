"""Written for Airflow 2: its names and arguments moved."""

from datetime import datetime

from airflow.kubernetes.secret import Secret
from airflow.operators.bash_operator import BashOperator  # the shell
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.python_operator import (
    BranchPythonOperator,
    PythonOperator as Python,
)
from airflow.providers.cncf.kubernetes.operators.kubernetes_pod import KubernetesPodOperator
from airflow.sdk import DAG, task

with DAG(
    "orders",
    schedule_interval="@daily",
    start_date=datetime(2026, 1, 1),
    concurrency=3,  # at a time
    default_view="graph",
) as dag:
    start = DummyOperator(task_id="DummyOperator")
    choose = BranchPythonOperator(task_id="choose", python_callable=lambda: "load", provide_context=True)
    load = BashOperator(task_id="load", bash_command="true", task_concurrency=1)
    pod = KubernetesPodOperator(
        task_id="pod", name="pod", namespace="data", image="busybox:1.37", secrets=[Secret("env", "TOKEN", "orders", "token")]
    )
    start >> choose >> [load, Python(task_id="skip", python_callable=print)] >> pod
