"""Two pods that share a file: one writes it, the other reads it.

Both mount the claim `airflow-data` at /data, the second read-only. What a pod writes elsewhere is gone when it ends.

The pods may run on different nodes, one after the other: ReadWriteOnce is enough for that. Pods that run at the same
time on different nodes need a claim that is ReadWriteMany.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import ClaimVolume, dag_args, default_args, pod_task, teams_failure

# A file for each run: the runs of several days do not overwrite one another's.
FILE = "/data/orders-{{ dag_run.run_after | ds }}.csv"

with DAG(
    "shared_volume",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    write = pod_task(
        "write",
        image="busybox:1.37",
        cmds=["sh", "-euc"],
        arguments=[f"printf 'berlin,120\\nlyon,80\\n' > {FILE}"],
        volumes=[ClaimVolume("/data", claim="airflow-data")],
    )
    read = pod_task(
        "read",
        image="busybox:1.37",
        cmds=["sh", "-euc"],
        arguments=[f'echo "read $(wc -l < {FILE}) orders"'],
        volumes=[ClaimVolume("/data", claim="airflow-data", read_only=True)],
    )
    write >> read
