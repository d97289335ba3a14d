"""A pod that fails, and the card that Teams gets.

The pod ends with status 3. The exception's first line says so, and the card of the run
repeats it with the last lines of the log. `airflowkit run failing_with_alert` exits with 1.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import dag_args, default_args, pod_task, teams_failure

IMPORT = """
echo "importing the orders of {{ dag_run.run_after | ds }}"
echo "the file orders-{{ dag_run.run_after | ds }}.csv has 3 columns, expected 4" >&2
exit 3
"""

with DAG(
    "failing_with_alert",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    default_args=default_args("manual", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("manual"),
) as dag:
    import_orders = pod_task("import_orders", image="busybox:1.37", cmds=["sh", "-euc"], arguments=[IMPORT])
    report = pod_task("report", image="busybox:1.37", cmds=["echo"], arguments=["never reached"])
    import_orders >> report
