"""How tasks end: retries and policies, time limits, callbacks."""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowFailException


def say(event):
    """Return a callback that says which event called it."""

    def callback(context):
        print("callback", event, context["dag_run"].dag_id)

    return callback


with DAG("retries", schedule=None, default_args={"retries": 2, "retry_delay": timedelta(hours=1)}):

    @task
    def second_try(ti):
        if ti.try_number < 2:
            raise ValueError("not yet")
        print("try", ti.try_number)

    @task(retry_exponential_backoff=True, max_retry_delay=timedelta(minutes=5))
    def third_try(ti):
        if ti.try_number < 3:
            raise ValueError("not yet")

    second_try()
    third_try()

with DAG("retries_exhausted", schedule=None, default_args={"retries": 1}):

    @task
    def always():
        raise ValueError("no")

    @task
    def for_good():
        raise AirflowFailException("never again")

    always()
    for_good()
    BashOperator(task_id="too_slow", bash_command="sleep 5", execution_timeout=timedelta(seconds=1), retries=0)

with DAG(
    "callbacks",
    schedule=None,
    default_args={"on_execute_callback": say("execute")},
    on_success_callback=say("dag success"),
    on_failure_callback=say("dag failure"),
):

    @task(on_success_callback=say("success"), on_retry_callback=say("retry"), retries=1)
    def retried(ti):
        if ti.try_number < 2:
            raise ValueError("not yet")

    @task(on_skipped_callback=say("skipped"))
    def skipped():
        from airflow.sdk.exceptions import AirflowSkipException

        raise AirflowSkipException

    @task(on_failure_callback=[say("failure"), say("failure again")])
    def failed():
        raise ValueError("no")

    retried()
    skipped()
    failed()
