"""What is changed in a DAG so that it runs on this computer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from airflowkit.local.worker.airflow_home import DEFAULT_CONNECTION
from airflowkit.pods.expansion import is_mapped
from airflowkit.pods.retry import RetryByCause

_ELSEWHERE: Final = ("config_file", "in_cluster", "cluster_context")
"""The operator's arguments that select another cluster."""


def localize(dag: Any, prefix: str) -> list[str]:
    """Point a DAG's pods at the local API, and retry without delay; return notes, with a prefix to the tasks' ids."""
    for task in dag.tasks:
        _set(task, "kubernetes_conn_id", DEFAULT_CONNECTION)
        for name in _ELSEWHERE:
            _set(task, name, None)
    delayed = [task.task_id for task in dag.tasks if task.retries and task.retry_delay]
    for task in dag.tasks:
        _set(task, "retry_delay", timedelta(0))
        if isinstance(policy := getattr(task, "retry_policy", None), RetryByCause):
            _set(task, "retry_policy", policy.without_delay())
        _set(task, "executor", None)  # there is only one here
        _set(task, "retry_exponential_backoff", False)  # a number from Airflow 3.2 on, which False is, too
    overridden = [task.task_id for task in dag.tasks if _overrides_pod(task)]
    dag.is_paused_upon_creation = False  # a run of it was asked for
    notes = {"retries start at once, without retry_delay": delayed, "pod overrides are not used here": overridden}
    return [f"{note}: {', '.join(prefix + it for it in task_ids)}" for note, task_ids in notes.items() if task_ids]


def _overrides_pod(task: Any) -> bool:
    config = task.partial_kwargs.get("executor_config") if is_mapped(task) else task.executor_config
    return isinstance(config, dict) and any(config.values())


def _set(task: Any, name: str, value: Any) -> None:
    """Set an argument of an operator that has it, mapped or not."""
    if is_mapped(task):
        if name in task.partial_kwargs:
            task.partial_kwargs[name] = value
    elif getattr(task, name, None):
        setattr(task, name, value)
