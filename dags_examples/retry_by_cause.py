"""Retries that depend on what the pod died of.

The shop's server is often busy: the program then exits with 75, and another try helps. With 2 it says that the orders
are wrong, which no try makes right. Causes that are not named here are decided by their category: after a lost node the
pod is tried again, without its Secret it is not.

The first try of this pod exits with 75, the second goes well.
"""

from datetime import datetime, timedelta

from airflow.sdk import DAG

from airflowkit import RetryByCause, dag_args, default_args, pod_task, teams_failure

ASK = """
echo "try {{ ti.try_number }}"
[ "{{ ti.try_number }}" -gt 1 ] || exit 75
echo "got the orders"
"""

with DAG(
    "retry_by_cause",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    ask = pod_task(
        "ask",
        image="busybox:1.37",
        cmds=["sh", "-euc"],
        arguments=[ASK],
        retries=3,  # the most that there may be; a policy adds none
        retry_policy=RetryByCause(
            never=["exit-code:2"],
            always=["exit-code:75"],
            # Airflow 3.3 and newer; before, the delay is retry_delay.
            delay={"exit-code:75": timedelta(minutes=5)},
        ),
    )
