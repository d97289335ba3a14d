"""DAGs that start others, and wait for them."""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG, Asset, Param, task

from airflowkit import pod_task, teams_failure

START = datetime(2026, 1, 1)
DAILY = "0 3 * * *"


with DAG("loads", params={"shop": Param("all", type="string")}, schedule=DAILY, start_date=START):

    @task
    def load(params, dag_run):
        print("loads", params["shop"], dag_run.logical_date is None)

    load() >> pod_task("pod", image="busybox:1.37", namespace="airflow", cmds=["echo", "from the pod"])

with DAG("breaks", on_failure_callback=teams_failure(conn_id="breakage"), schedule=DAILY, start_date=START):
    EmptyOperator(task_id="good") >> BashOperator(task_id="bad", bash_command="echo this is why; exit 3")

with DAG("starts", schedule=None):

    @task
    def before():
        print("before")

    @task
    def after(ti):
        print("after", ti.xcom_pull(task_ids="kick", key="trigger_run_id"))

    kick = TriggerDagRunOperator(
        task_id="kick", trigger_dag_id="{{ 'loads' }}", conf={"shop": "s1"}, wait_for_completion=True
    )
    undated = TriggerDagRunOperator(task_id="undated", trigger_dag_id="loads", logical_date=None, deferrable=True)
    before() >> kick >> undated >> after()

with DAG("starts_broken", schedule=None):
    TriggerDagRunOperator(task_id="kick", trigger_dag_id="breaks")

with DAG("waits_for_broken", schedule=None):
    kick = TriggerDagRunOperator(task_id="kick", trigger_dag_id="breaks", wait_for_completion=True)
    kick >> EmptyOperator(task_id="never")
    TriggerDagRunOperator(
        task_id="tolerant",
        trigger_dag_id="breaks",
        wait_for_completion=True,
        allowed_states=["failed"],
        failed_states=["success"],
        deferrable=True,
    )

with DAG("never_satisfied", schedule=None):
    TriggerDagRunOperator(task_id="kick", trigger_dag_id="breaks", wait_for_completion=True, failed_states=["queued"])

with DAG("twice", schedule=None):
    many = TriggerDagRunOperator.partial(task_id="many", trigger_dag_id="loads", wait_for_completion=True)
    same = TriggerDagRunOperator(task_id="same", trigger_dag_id="loads", trigger_run_id="one")
    again = TriggerDagRunOperator(task_id="again", trigger_dag_id="loads", trigger_run_id="one", reset_dag_run=True)
    skipped = TriggerDagRunOperator(
        task_id="skipped", trigger_dag_id="loads", trigger_run_id="one", skip_when_already_exists=True
    )
    refused = TriggerDagRunOperator(task_id="refused", trigger_dag_id="loads", trigger_run_id="one")
    many.expand(conf=[{"shop": "s1"}, {"shop": "s2"}]) >> same >> again >> skipped
    again >> refused

with DAG("chain", schedule=None):
    TriggerDagRunOperator(task_id="first", trigger_dag_id="starts", wait_for_completion=True)

with DAG("circle", schedule=None):
    TriggerDagRunOperator(task_id="self", trigger_dag_id="circle", wait_for_completion=True)

with DAG("strangers", schedule=None):
    TriggerDagRunOperator(task_id="elsewhere", trigger_dag_id="sales_nightly")
    ExternalTaskSensor(task_id="elsewhere_too", external_dag_id="sales_hourly")
    TriggerDagRunOperator(task_id="unknown", trigger_dag_id="load", retries=2)
    ExternalTaskSensor(task_id="unknown_too", external_dag_id="nobody", poke_interval=1)
    TriggerDagRunOperator(task_id="wrong", trigger_dag_id="loads", conf={"shop": 3})

with DAG("waits", schedule="0 4 * * *", start_date=START):
    hour = timedelta(hours=1)
    dag = ExternalTaskSensor(task_id="dag", external_dag_id="loads", execution_delta=hour)
    its_task = ExternalTaskSensor(
        task_id="its_task", external_dag_id="loads", external_task_id="pod", execution_delta=hour, deferrable=True
    )
    several = ExternalTaskSensor(
        task_id="several",
        external_dag_id="loads",
        execution_date_fn=lambda date: [date - timedelta(days=1), date - timedelta(hours=1)],
        mode="reschedule",
    )
    dag >> its_task >> several

with DAG("waits_in_vain", schedule="0 3 * * *", start_date=START):
    of = {"external_dag_id": "breaks", "poke_interval": 1}
    ExternalTaskSensor(task_id="good", external_task_id="good", **of)
    ExternalTaskSensor(task_id="failed", failed_states=["failed"], **of)
    ExternalTaskSensor(task_id="times_out", timeout=3600, **of)
    ExternalTaskSensor(task_id="soft", soft_fail=True, **of)
    ExternalTaskSensor(task_id="of_assets", external_dag_id="assets_start_it", poke_interval=1)
    ExternalTaskSensor(task_id="unscheduled", external_dag_id="starts", poke_interval=1)

with DAG("assets_start_it", schedule=[Asset("s3://b")], start_date=START):
    EmptyOperator(task_id="empty")
