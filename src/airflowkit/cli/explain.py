"""`airflowkit explain`: where each field of a pod comes from, or what a rule is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from airflowkit._airflow import ignore_own_deprecations, keep_home_clean
from airflowkit.cli.folders import DagsFolder  # noqa: TC001  Typer reads it

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


def explain(
    ref: Annotated[str, typer.Argument(metavar="DAG.TASK|CODE", help="A task, or a rule such as AK401.")],
    *,
    dags_folder: DagsFolder,
) -> None:
    """Print each field of a task's pod, its value, and the layer and line that set it; or a rule's page.

    Example: airflowkit explain orders_daily.extract
    """
    from rich.console import Console

    if re.fullmatch(r"AK\d{3}", ref):
        _rule(ref, Console())
    else:
        _pods(ref, dags_folder, Console())


def _rule(code: str, console: Console) -> None:
    from rich.markdown import Markdown

    from airflowkit.checks.rules import RULES
    from airflowkit.errors import did_you_mean

    rule = next((rule for rule in RULES if rule.code == code), None)
    if rule is None:
        typer.echo(f"airflowkit: no rule {code} {did_you_mean(code, [rule.code for rule in RULES])}".rstrip(), err=True)
        raise typer.Exit(2)
    console.print(Markdown(f"# {rule.code} {rule.name}\n\n{rule.page}"))


def _pods(ref: str, dags_folder: Path, console: Console) -> None:
    keep_home_clean()  # before anything imports Airflow
    ignore_own_deprecations()
    from rich.text import Text

    from airflowkit.dags import load_dag
    from airflowkit.pods.explain import explain_pod
    from airflowkit.pods.render import has_pod

    loaded = load_dag(ref, dags_folder)
    tasks = [task for task in loaded.dag.tasks if loaded.task_id in (None, task.task_id) and has_pod(task)]
    if not tasks:
        typer.echo(f"airflowkit: {ref} has no pods", err=True)
        raise typer.Exit(2)
    for task in tasks:
        console.print(Text(f"{loaded.dag.dag_id}.{task.task_id}", style="bold"))
        for row in explain_pod(task, loaded.path):
            origin = ", ".join(filter(None, (row.layer, row.place)))
            line = Text.assemble(f"  {row.field} = {row.value}", (f"  <- {origin}", "dim"))
            console.print(line, soft_wrap=True)
