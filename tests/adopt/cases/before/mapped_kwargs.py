from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("mapped_kwargs", schedule=None, start_date=datetime(2026, 1, 1)):
    KubernetesPodOperator.partial(task_id="load", image="busybox:1.36").expand_kwargs(
        [{"arguments": [name], "name": f"load-{name}"} for name in ("orders", "customers")]
    )
