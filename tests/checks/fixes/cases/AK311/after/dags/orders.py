"""Names of Airflow 2 in templates: those that mean the same under another name are rewritten."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

BUCKET = "orders"
PATH = "s3://orders/{{ logical_date.strftime('%Y') }}"

with DAG("orders", schedule="@daily", start_date=datetime(2026, 1, 1)):
    BashOperator(
        task_id="load",
        bash_command=f"load {BUCKET}/{{{{ macros.ds_add(ds, -1) }}}} --next {{{{ ((logical_date + macros.timedelta(days=1)) | ds_nodash) }}}} {{ braces }}",
        env={"AT": "{{ logical_date | ds_nodash }}", "OF": '{{ dag_run.logical_date }} "{{ dag_run.logical_date }}"'},
    )
    BashOperator(task_id="elsewhere", bash_command="echo", env={"PATH_OF_IT": PATH})
    BashOperator(
        task_id="in_doubt",
        bash_command="echo {{ ((logical_date - macros.timedelta(days=1)) | ds_nodash) }} execution_date {{ ds if logical_date else 'execution_date' }}",
    )
