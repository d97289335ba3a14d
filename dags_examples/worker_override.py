"""A Python task that needs more than other workers have.

Under KubernetesExecutor each task has a worker pod of its own; `pod_override` changes that of
one task, and is checked like a pod of `pod_task`. Other executors pass it over.
"""

from datetime import datetime

from airflow.sdk import DAG, task

from airflowkit import Resources, dag_args, default_args, pod_override, teams_failure

with DAG(
    "worker_override",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["example"],
    doc_md=__doc__,
    **dag_args("standard"),
) as dag:

    @task(
        executor_config=pod_override(
            resources=Resources(cpu="1", memory="2Gi"),
            env_vars={"OMP_NUM_THREADS": "1"},
        )
    )
    def fit_model() -> float:
        """Return how well the model fits."""
        return 0.97

    @task
    def publish(fit: float) -> None:
        """Print the result."""
        print(f"the model fits to {fit:.0%}")

    publish(fit_model())
