"""A pod with a GPU.

`Resources(gpu=1)` asks for one `nvidia.com/gpu`; a GPU cannot be shared or divided. The node pool `gpu` of
airflowkit.toml sends the pod to the nodes that have some, and lets it pass the taint that keeps other pods away.

Without a free GPU the pod is pending until `startup_timeout_seconds`, and the task fails as `unschedulable`.
`airflowkit run` needs no GPU: there the pod finds none.
"""

from datetime import datetime

from airflow.sdk import DAG

from airflowkit import Resources, dag_args, default_args, pod_task, teams_failure

with DAG(
    "gpu_pod",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:
    train = pod_task(
        "train",
        image="python:3.11-slim",
        cmds=["python3", "-c"],
        # NVIDIA's device plugin sets the variable.
        arguments=["import os; print('GPUs:', os.environ.get('NVIDIA_VISIBLE_DEVICES', 'none'))"],
        resources=Resources(cpu="2", memory="8Gi", gpu=1),
        node_pool="gpu",
        startup_timeout_seconds=1800,  # the cluster may have to start a node first
    )
