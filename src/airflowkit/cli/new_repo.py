"""`airflowkit new-repo`: a whole git-sync repository."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from airflowkit import __version__


def new_repo(
    path: Annotated[Path, typer.Argument(help="A new or empty folder, or a clone of an empty repository.")],
    *,
    git_url: Annotated[
        str, typer.Option(help="The URL that git-sync clones, ssh or https.")
    ] = "git@github.com:example/airflow-dags.git",
    branch: Annotated[str, typer.Option(help="The branch that git-sync follows.")] = "main",
    image: Annotated[
        str, typer.Option(help="The Airflow image that its Dockerfile builds, without a tag.")
    ] = "registry.example.com/airflow",
    namespace: Annotated[str, typer.Option(help="The namespace of Airflow and of its pods.")] = "airflow",
    owner: Annotated[str, typer.Option(help="The team that owns the DAGs.")] = "data-eng",
    airflow_version: Annotated[str, typer.Option(help="By default the installed version.")] = "",
) -> None:
    """Write a git-sync repository: DAGs, tests, CI, Dockerfile, Helm values and templates for Secrets.

    Example: airflowkit new-repo my-dags --git-url git@github.com:my-team/my-dags.git --owner my-team
    """
    from airflowkit.scaffold.answers import RepositoryAnswers
    from airflowkit.scaffold.creation import FIRST_DAG, create_repository

    target = Path(os.path.realpath(path))
    answers = RepositoryAnswers(
        name=target.name,
        airflow_version=airflow_version or version("apache-airflow"),
        airflowkit_version=__version__,
        git_url=git_url,
        branch=branch,
        image=image,
        namespace=namespace,
        owner=owner,
    )
    note = create_repository(answers, target)
    typer.echo(f"Wrote a repository to {path}")
    if note:
        typer.echo(f"Note: {note}")
    typer.echo("Next:")
    if target != Path.cwd():
        typer.echo(f"  cd {path}")
    typer.echo(f"  airflowkit run {FIRST_DAG}        # runs its first DAG here, without a cluster")
    typer.echo("  airflowkit new-dag orders_daily # writes another")
