"""One pod for each item of a list that another pod made.

`list_shops` leaves the list in /airflow/xcom/return.json; Airflow starts a `load_shop` for
each item of it, two at a time. `pod_task.partial` is checked like a plain task.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import dag_args, default_args, pod_task, teams_failure

LIST_SHOPS = """
echo '[["berlin"], ["lyon"], ["turin"]]' > /airflow/xcom/return.json
"""

with DAG(
    "shops_mapped",
    schedule="@weekly",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    list_shops = pod_task(
        "list_shops",
        image="busybox:1.37",
        cmds=["sh", "-euc"],
        arguments=[LIST_SHOPS],
        do_xcom_push=True,
    )
    load_shop = pod_task.partial(
        "load_shop",
        image="busybox:1.37",
        cmds=["echo", "loading"],
        max_active_tis_per_dagrun=2,
    ).expand(arguments=list_shops.output)
