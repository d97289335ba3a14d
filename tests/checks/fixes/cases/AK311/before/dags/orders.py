"""Names of Airflow 2 in templates: those that mean the same under another name are rewritten."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

BUCKET = "orders"
PATH = "s3://orders/{{ execution_date.strftime('%Y') }}"

with DAG("orders", schedule="@daily", start_date=datetime(2026, 1, 1)):
    BashOperator(
        task_id="load",
        bash_command=f"load {BUCKET}/{{{{ yesterday_ds }}}} --next {{{{ tomorrow_ds_nodash }}}} {{ braces }}",
        env={"AT": "{{ execution_date | ds_nodash }}", "OF": '{{ ti.execution_date }} "{{ dag_run.execution_date }}"'},
    )
    BashOperator(task_id="elsewhere", bash_command="echo", env={"PATH_OF_IT": PATH})
    BashOperator(
        task_id="in_doubt",
        bash_command="echo {{ yesterday_ds_nodash }} execution_date {{ ds if execution_date else 'execution_date' }}",
    )
