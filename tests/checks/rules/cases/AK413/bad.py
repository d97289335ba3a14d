from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task

RESOURCES = {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}

with DAG("orders", schedule=None, params={"n": 1}, default_args={"execution_timeout": timedelta(hours=1)}):

    @task.kubernetes(image="orders:1.4.2", container_resources=RESOURCES, log_pod_spec_on_failure=False)
    def count():
        return 3

    BashOperator(task_id="report", bash_command="report {{ params.n }}", env={"N": count()})
