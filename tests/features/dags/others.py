"""People, deadlines and other DAGs."""

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference, task

from airflowkit import TeamsNotifier

with DAG("asks", schedule=None):
    ApprovalOperator(task_id="approve", subject="Release?") >> EmptyOperator(task_id="released")

with DAG(
    "late",
    schedule=None,
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=1),
        callback=AsyncCallback(TeamsNotifier, kwargs={"message": "late"}),
    ),
):
    EmptyOperator(task_id="in_time")

with DAG("triggered", schedule=None):

    @task
    def runs():
        print("triggered")
        raise ValueError("no")

    runs()

with DAG("triggers", schedule=None):
    TriggerDagRunOperator(task_id="kick", trigger_dag_id="triggered", wait_for_completion=True, poke_interval=1)

with DAG("waits", schedule=None):
    ExternalTaskSensor(task_id="wait", external_dag_id="triggered", failed_states=["failed"], poke_interval=1)
