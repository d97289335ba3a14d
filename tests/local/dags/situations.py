"""DAGs that ask, wait, are late, come too early, or fail in their own ways."""

from datetime import datetime, timedelta

from airflow.providers.cncf.kubernetes.operators.job import KubernetesJobOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from airflow.sdk import DAG, Asset, AsyncCallback, DeadlineAlert, DeadlineReference, Param, task
from airflow.timetables.base import Timetable

from airflowkit import Resources, TeamsNotifier, pod_override

START = datetime(2026, 1, 1)


class Unregistered(Timetable):
    """A timetable that no plugin registers."""


with DAG("approved", schedule=None):
    ApprovalOperator(task_id="approve", subject="Release?", retries=2) >> EmptyOperator(task_id="released")

with DAG("asking", schedule=None):
    entry = HITLEntryOperator(task_id="entry", subject="Which shop?", params={"shop": Param("x", type="string")})
    branch = HITLBranchOperator(task_id="branch", subject="Where to?", options=["left", "right"])
    entry >> branch >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
    HITLOperator(
        task_id="timed", subject="?", options=["yes", "no"], defaults=["no"], response_timeout=timedelta(hours=1)
    )

with DAG("named_executor", schedule=None):

    @task(executor="KubernetesExecutor")
    def named():
        print("ran")

    named()

with DAG("pooled", schedule=None):
    EmptyOperator(task_id="first", pool="warehouse") >> EmptyOperator(task_id="second", pool="warehouse")

with DAG("unregistered", schedule=Unregistered(), start_date=START):
    EmptyOperator(task_id="empty")

with DAG("mapping", schedule=None):

    @task
    def numbers():
        return [1, 2]

    @task
    def show(number):
        print(number)

    show.expand(number=numbers())
    show.override(task_id="known").expand(number=[1])

with DAG("later", schedule="@daily", start_date=datetime(2126, 1, 1)):
    EmptyOperator(task_id="empty")

with DAG("over", schedule=None, start_date=START, end_date=datetime(2026, 2, 1)):
    EmptyOperator(task_id="empty")

with DAG("partly", schedule=None, start_date=START):
    EmptyOperator(task_id="later", start_date=datetime(2126, 1, 1))
    EmptyOperator(task_id="now")

with DAG("of_assets", schedule=[Asset("s3://a"), Asset("s3://b")], start_date=START):

    @task
    def events(triggering_asset_events, dag_run, **context):
        uris = sorted(asset.uri for asset in triggering_asset_events)
        print("events", uris, dag_run.logical_date, str(dag_run.run_type.value), "ds" in context)

    events()

with DAG("dated", schedule="@daily", start_date=START):

    @task
    def dates(dag_run, **context):
        print("dates", dag_run.logical_date, "ds" in context, f"after {dag_run.run_after:%Y-%m-%d}")

    dates()

with DAG("with_params", schedule=None, params={"shop": Param(type="string"), "limit": Param(1, minimum=1)}):
    EmptyOperator(task_id="empty")

with DAG(
    "late",
    schedule="@daily",
    start_date=START,
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(seconds=1),
        callback=AsyncCallback(TeamsNotifier, kwargs={"message": "the orders are late", "conn_id": "late_ones"}),
    ),
):
    BashOperator(task_id="sleep", bash_command="sleep 3")

with DAG("slow", schedule=None, dagrun_timeout=timedelta(seconds=1)):
    BashOperator(
        task_id="sleep", bash_command="sleep 2", executor_config=pod_override(resources=Resources(memory="1Gi"))
    )

CALL = AsyncCallback(TeamsNotifier, kwargs={"message": "late"})
HOUR = timedelta(hours=1)

with DAG(
    "not_watched",
    schedule=None,
    deadline=[
        DeadlineAlert(
            reference=DeadlineReference.AVERAGE_RUNTIME(max_runs=5, min_runs=3), interval=HOUR, callback=CALL
        ),
        DeadlineAlert(reference=DeadlineReference.DAGRUN_LOGICAL_DATE, interval=HOUR, callback=CALL),
    ],
):
    EmptyOperator(task_id="empty")

with DAG("of_a_job", schedule=None):
    KubernetesJobOperator(task_id="job", image="none", name="job", cmds=["true"])

with DAG("failures", schedule=None, render_template_as_native_obj=True):
    BashOperator(task_id="command", bash_command="echo to stdout; echo to stderr >&2; exit 3")

    @task
    def code():
        raise ValueError("no good")

    code()
    KubernetesPodOperator(task_id="number", image="none", cmds=["env"], env_vars={"DAY": "{{ 20260131 }}"})
