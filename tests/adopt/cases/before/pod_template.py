from datetime import datetime

from pathlib import Path

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("pod_template", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator(task_id="load", image="busybox:1.36", pod_template_file=str(Path(__file__).parent / "pod.yaml"))
