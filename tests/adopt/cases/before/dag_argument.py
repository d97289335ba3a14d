from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

dag = DAG("dag_argument", schedule=None, start_date=datetime(2026, 1, 1))

load = KubernetesPodOperator(task_id="load", image="busybox:1.36", dag=dag, retries=3)
report = KubernetesPodOperator(task_id="report", image="busybox:1.36", dag=dag, depends_on_past=True)
load.set_downstream(report)
