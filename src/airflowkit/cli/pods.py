"""The tasks with pods that a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from airflowkit.dags import LoadedDag


def tasks_with_pods(loaded: LoadedDag, ref: str) -> list[Any]:
    """Return the tasks of a DAG that start pods, or the one that was named.

    Args:
        loaded: The DAG.
        ref: What the user typed.

    Raises:
        typer.Exit: There are none; a message says so.
    """
    from airflowkit.pods.expansion import is_pod

    tasks = [task for task in loaded.dag.tasks if loaded.task_id in (None, task.task_id) and is_pod(task)]
    if not tasks:
        typer.echo(f"airflowkit: {ref} starts no pods", err=True)
        raise typer.Exit(2)
    return tasks
