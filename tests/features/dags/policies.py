"""Retry policies and state stores (Airflow 3.3)."""

from airflow.sdk import DAG, Asset, ExceptionRetryPolicy, RetryAction, RetryRule, task

ORDERS = Asset("stored", "s3://stored")
POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=ConnectionError, action=RetryAction.RETRY),
        RetryRule(exception=KeyError, action=RetryAction.FAIL, reason="a bug"),
    ]
)

with DAG("retry_policy", schedule=None, default_args={"retries": 3, "retry_policy": POLICY}):

    @task
    def tried_again(ti):
        if ti.try_number < 2:
            raise ConnectionError("lost")

    @task
    def given_up():
        raise KeyError("a")

    tried_again()
    given_up()

with DAG("state_stores", schedule=None):

    @task(retries=1)
    def task_state(ti, task_state_store=None):
        if task_state_store.get("job") is None:
            task_state_store.set("job", "j1")
            raise ValueError("lost")
        print("job", task_state_store.get("job"))

    @task(inlets=[ORDERS], outlets=[ORDERS])
    def asset_state(asset_state_store=None):
        state = asset_state_store[ORDERS]
        state.set("watermark", 7)
        print("watermark", state.get("watermark"))

    task_state()
    asset_state()
