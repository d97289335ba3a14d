"""What the run of each example prints."""

from __future__ import annotations

SAYS: dict[str, str | None] = {
    "asset_handover_reader": "read the orders after 1 update",
    "asset_handover_writer": "wrote the orders",
    "azure_blob": "read 2 orders from orders/20",
    "catchup_off": "closed the books before 20",
    "catchup_on": "closed the books before 20",
    "cross_dag_child": "reported the orders",
    "cross_dag_parent": "loaded the orders",
    "daily_balance": "balanced 20",
    "deadline_alert": "loaded the orders",
    "deferrable_wait": "part 3",
    "depends_on_past_off": "booked 20",
    "depends_on_past_on": "booked 20",
    "failing_with_alert": "has 3 columns, expected 4",
    "gpu_pod": "GPUs: none",
    "hello_pod": "Hello from the pod of 20",
    "mapped_with_cap": "got the orders of turin",
    "max_active_runs_off": None,
    "max_active_runs_on": None,
    "max_active_tasks_off": "got the orders of turin",
    "max_active_tasks_on": "got the orders of turin",
    "orders_etl": "loaded 2 totals as orders",
    "own_image": " berlin: 165",
    "python_beside_pods": "3 orders",
    "retry_by_cause": "try 2",
    "secrets_in_pods": "some files: db-password",
    "shared_volume": "read 2 orders",
    "shops_mapped": "loading turin",
    "wait_for_downstream_off": "published the table",
    "wait_for_downstream_on": "published the table",
    "worker_override": "the model fits to 97%",
}
"""What a task of each DAG says; None where it says nothing."""
