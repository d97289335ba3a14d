"""What tasks hand each other, and where they run: XCom, pools, priorities, executors."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task

with DAG("xcom", schedule=None):

    @task(multiple_outputs=True)
    def several():
        return {"a": 1, "b": [2]}

    @task
    def pushes(ti):
        ti.xcom_push("key", {"deep": [1, {"er": None}]})

    @task
    def pulls(a, ti):
        print("pulled", a, ti.xcom_pull("pushes", key="key"), ti.xcom_pull("echo"), ti.xcom_pull("nothing"))

    echo = BashOperator(task_id="echo", bash_command="echo first; echo last")
    [pushes(), echo] >> pulls(several()["a"])
    BashOperator(task_id="template", bash_command="echo {{ ti.xcom_pull('echo') }}") << echo
    BashOperator(task_id="argument", bash_command="echo $LAST", env={"LAST": echo.output}, append_env=True)

with DAG("places", schedule=None, max_active_tasks=1):

    @task(executor="KubernetesExecutor", queue="large", priority_weight=9, weight_rule="absolute")
    def elsewhere():
        print("ran")

    @task(pool="default_pool", pool_slots=2, max_active_tis_per_dag=1)
    def pooled():
        print("pooled")

    elsewhere()
    pooled()

with DAG("pool_missing", schedule=None):

    @task(pool="no_such_pool")
    def starved():
        print("never")

    starved()
