"""Loads the orders."""

from datetime import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

with DAG("layout", schedule=None, start_date=datetime(2026, 1, 1)):
    # every morning, before the shops open
    load = KubernetesPodOperator(
        task_id="load",  # the name in the alert
        image="busybox:1.36",
        cmds=["sh", "-c"],
        arguments=["echo {{ ds }}"],  # one day
    )  # end

    report = KubernetesPodOperator(task_id = "report", image = "busybox:1.36")
    load >> report
