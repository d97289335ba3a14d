from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG


class Limited(BashOperator):
    def __init__(self, **kwargs):
        kwargs["execution_timeout"] = timedelta(hours=1)
        super().__init__(**kwargs)


with DAG("orders", schedule=None):
    Limited.partial(task_id="load").expand(bash_command=["echo a", "echo b"])
