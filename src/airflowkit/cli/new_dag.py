"""`airflowkit new-dag`: a DAG file that runs as it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def new_dag(
    name: Annotated[str, typer.Argument(help="The DAG id and file name, such as orders_daily.")],
    *,
    template: Annotated[
        str, typer.Option("--template", "-t", help="What to start from: pod, etl, mapped or python.")
    ] = "pod",
    schedule: Annotated[str, typer.Option(help="A preset such as @daily, a cron expression, or none.")] = "@daily",
    owner: Annotated[str, typer.Option(help="The team; by default the one in airflowkit.toml, or data-eng.")] = "",
    image: Annotated[str, typer.Option(help="The pods' image, with its tag.")] = "busybox:1.37",
    tags: Annotated[str, typer.Option(help="Tags, separated by commas; by default the owner.")] = "",
    dags_folder: Annotated[
        Path | None, typer.Option(help="Where to write it; by default the repository's DAG folder.")
    ] = None,
    teams: Annotated[
        bool | None,
        typer.Option(help="Send a card to Microsoft Teams when a run fails.", show_default="as the repository does"),
    ] = None,
) -> None:
    """Write a DAG file that passes every check and runs as it is.

    Example: airflowkit new-dag orders_daily --template etl --owner data-eng
    """
    from airflowkit.scaffold.answers.dag import DagAnswers
    from airflowkit.scaffold.creation import create_dag
    from airflowkit.scaffold.places import alerts_by_teams, default_owner, folder_for_dag

    folder = dags_folder.absolute() if dags_folder else folder_for_dag(Path.cwd())
    team = owner or default_owner(folder) or "data-eng"
    labels = tuple(tag.strip() for tag in tags.split(",") if tag.strip()) or (team,)
    answers = DagAnswers(
        name=name,
        template=template,
        schedule="" if schedule.lower() == "none" else schedule,
        owner=team,
        image=image,
        tags=labels,
        teams=alerts_by_teams(folder) if teams is None else teams,
    )
    path = Path(os.path.relpath(create_dag(answers, folder)))
    typer.echo(f"Wrote {path}")
    typer.echo(f"Next: airflowkit check {path}, then airflowkit run {name}")
