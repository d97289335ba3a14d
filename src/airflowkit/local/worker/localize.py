"""What is changed in a DAG so that it runs on this computer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from airflowkit.local.worker.airflow_home import DEFAULT_CONNECTION
from airflowkit.pods.expansion import is_mapped

_ELSEWHERE: Final = ("config_file", "in_cluster", "cluster_context")
"""The operator's arguments that select another cluster."""


def localize(dag: Any) -> list[str]:
    """Point a DAG's pods at the local API, and retry without delay; return notes for the user."""
    for task in dag.tasks:
        _set(task, "kubernetes_conn_id", DEFAULT_CONNECTION)
        for name in _ELSEWHERE:
            _set(task, name, None)
    delayed = [task.task_id for task in dag.tasks if task.retries and task.retry_delay]
    for task in dag.tasks:
        _set(task, "retry_delay", timedelta(0))
        _set(task, "executor", None)  # there is only one here
        _set(task, "retry_exponential_backoff", False)  # a number from Airflow 3.2 on, which False is, too
    overridden = [task.task_id for task in dag.tasks if (task.executor_config or {}).get("pod_override")]
    notes = {
        "retries start at once, without retry_delay": delayed,
        "runs in a process of this computer, without the volumes, limits and image of its pod_override": overridden,
    }
    return [f"{note}: {', '.join(tasks)}" for note, tasks in notes.items() if tasks]


def _set(task: Any, name: str, value: Any) -> None:
    """Set an argument of an operator that has it, mapped or not."""
    if is_mapped(task):
        if name in task.partial_kwargs:
            task.partial_kwargs[name] = value
    elif getattr(task, name, None):
        setattr(task, name, value)
