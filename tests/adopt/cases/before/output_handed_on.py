"""What a pod returns goes to functions, to other pods and to templates."""

from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, task

with DAG("output_handed_on", schedule=None, start_date=datetime(2026, 1, 1)):

    @task
    def choose() -> str:
        return "2026-01-01"

    @task
    def report(counted, *, previous=None): ...

    count = KubernetesPodOperator(
        task_id="count", name="count", image="a:1", env_vars={"DAY": choose()}, do_xcom_push=True
    )
    report(count.output, previous=count.output["yesterday"])
    report.expand(counted=count.output)
    load = KubernetesPodOperator(task_id="load", name="load", image="a:1", arguments=[count.output])
    PythonOperator(task_id="show", python_callable=print, op_args=[load.output], op_kwargs={"end": count.output})
    BashOperator(task_id="say", bash_command="echo", env={"COUNTED": count.output})
