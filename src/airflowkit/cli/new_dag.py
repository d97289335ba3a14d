"""`airflowkit new-dag`: one DAG file that runs as it stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def new_dag(
    name: Annotated[str, typer.Argument(help="The DAG's id and its file's name, such as orders_daily.")],
    *,
    template: Annotated[
        str, typer.Option("--template", "-t", help="What to begin with: pod, etl, mapped or python.")
    ] = "pod",
    schedule: Annotated[str, typer.Option(help="A preset, a cron expression, or none.")] = "@daily",
    owner: Annotated[str, typer.Option(help="The team; by default that of airflowkit.toml, or data-eng.")] = "",
    image: Annotated[str, typer.Option(help="The pods' image with its tag.")] = "busybox:1.37",
    tags: Annotated[str, typer.Option(help="Words to find it by, with commas; by default the owner.")] = "",
    dags_folder: Annotated[
        Path | None, typer.Option(help="Where the file goes; by default the repository's dags folder.")
    ] = None,
) -> None:
    """Write one DAG file that passes every check and runs as it stands.

    Example: airflowkit new-dag orders_daily --template etl --owner data-eng
    """
    from airflowkit.scaffold.answers import DagAnswers
    from airflowkit.scaffold.creation import create_dag
    from airflowkit.scaffold.places import default_owner, folder_for_dag

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
    )
    path = Path(os.path.relpath(create_dag(answers, folder)))
    typer.echo(f"Wrote {path}")
    typer.echo(f"Next: airflowkit check {path}, then airflowkit run {name}")
