"""Parameters of a DAG and of a task, a run's configuration, and native rendering."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, Param, task

with DAG(
    "parameters",
    schedule=None,
    params={"shop": Param("s1", type="string", enum=["s1", "s2"]), "limit": Param(5, minimum=1), "free": None},
    user_defined_macros={"twice": lambda value: value * 2},
    user_defined_filters={"shout": str.upper},
):
    BashOperator(task_id="rendered", bash_command="echo {{ params.shop | shout }} {{ twice(params.limit) }}")

    @task(params={"limit": 7})
    def of_the_task(params):
        print("limit", params["limit"], params["shop"])

    of_the_task()

with DAG("parameter_required", schedule=None, params={"shop": Param(type="string")}):
    BashOperator(task_id="rendered", bash_command="echo {{ params.shop }}")

with DAG("native", schedule=None, render_template_as_native_obj=True, params={"numbers": [1, 2]}):
    PythonOperator(
        task_id="native",
        python_callable=lambda numbers: print("native", type(numbers).__name__),
        op_kwargs={"numbers": "{{ params.numbers }}"},
    )
