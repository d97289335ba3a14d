"""`airflowkit render`: a DAG's pod manifests."""

from __future__ import annotations

from typing import Annotated

import typer

from airflowkit._airflow import ignore_own_deprecations, keep_home_clean
from airflowkit.cli.folders import DagsFolder  # noqa: TC001  Typer reads it
from airflowkit.cli.pods import tasks_with_pods


def render(
    ref: Annotated[str, typer.Argument(metavar="DAG[.TASK]", help="A DAG id, one of its tasks, or a file.")],
    *,
    dags_folder: DagsFolder,
) -> None:
    """Print a DAG's pods as YAML that `kubectl apply` accepts; needs no cluster.

    Example: airflowkit render orders_daily.extract | kubectl apply --dry-run=server -f -
    """
    keep_home_clean()  # before anything imports Airflow
    ignore_own_deprecations()
    from airflowkit.dags import load_dag
    from airflowkit.pods.render import render_pods

    typer.echo(render_pods(tasks_with_pods(load_dag(ref, dags_folder), ref)), nl=False)
