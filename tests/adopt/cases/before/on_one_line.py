from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

BIG = False
with DAG("on_one_line", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="a", image="big:1") if BIG else KubernetesPodOperator(task_id="a", image="small:1")
    KubernetesPodOperator(task_id="b", image="b:1") >> KubernetesPodOperator(task_id="c", image="c:1")
