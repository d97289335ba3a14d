"""`airflowkit new-dag`: a DAG that runs as it is, from a template."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airflowkit.cli.formats import Format

if TYPE_CHECKING:
    from airflowkit.scaffold.new_dag import NewDag


def _templates(incomplete: str) -> list[str]:
    """Complete the name of a template of airflowkit's own: those of a team may have to be fetched."""
    from airflowkit.scaffold.dag_templates.catalogue import built_in

    return [name for name, _ in built_in().all() if name.startswith(incomplete)]


def new_dag(  # noqa: PLR0913  one for each answer
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The DAG id and file name, such as orders_daily.", show_default=False),
    ] = "",
    *,
    template: Annotated[
        str,
        typer.Option("--template", "-t", help="What to start from; --list shows it all.", autocompletion=_templates),
    ] = "pod",
    schedule: Annotated[
        str, typer.Option(help="A preset such as @daily, cron, or none; by default the template's.", show_default=False)
    ] = "@daily",
    owner: Annotated[str, typer.Option(help="The team; by default the one in airflowkit.toml, or data-eng.")] = "",
    image: Annotated[str, typer.Option(help="The pods' image, with its tag; by default the template's.")] = "",
    tags: Annotated[str, typer.Option(help="Tags, separated by commas; by default the owner.")] = "",
    teams: Annotated[
        bool,
        typer.Option(
            help="Send a card to Microsoft Teams when a run fails.", show_default="unless the repository has no Teams"
        ),
    ] = True,
    parent: Annotated[str, typer.Option(help="cross-dag: the DAG to wait for; without it, one is written.")] = "",
    options: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An option of the template.", show_default=False),
    ] = None,
    dags_folder: Annotated[
        Path | None, typer.Option(help="Where to write it; by default the repository's DAG folder.")
    ] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files, and write nothing.")] = False,
    list_templates: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
    list_format: Annotated[Format, typer.Option("--format", help="The format of the list.")] = Format.TEXT,
) -> None:
    """Write a DAG file that passes every check and runs as it is.

    On a terminal it asks for what was not given.

    Example: airflowkit new-dag orders_daily --template etl --owner data-eng
    """
    from airflowkit.cli.dag_answers import settled
    from airflowkit.repository import plain
    from airflowkit.scaffold.dag_templates.catalogue import catalogue
    from airflowkit.scaffold.places import folder_for_dag

    folder = plain(dags_folder) if dags_folder else folder_for_dag(Path.cwd())
    with catalogue(folder) as templates:
        if list_templates:
            from airflowkit.cli.dag_templates import list_them

            raise typer.Exit(list_them(templates, as_json=list_format is Format.JSON))
        if list_format is Format.JSON:
            raise typer.BadParameter("only --list has a format", param_hint="--format")
        new = settled(ctx, folder, templates, asks=not defaults)
        _show(new) if dry_run else _write(new)


def _show(new: NewDag) -> None:
    """Print the files; what is not in them goes to standard error."""
    for path, text in new.files.items():
        typer.echo(f"Would write {os.path.relpath(path)}:", err=True)
        typer.echo(text, nl=False)
        sys.stdout.flush()
    for note in new.notes:
        typer.echo(f"Note: {note}", err=True)


def _write(new: NewDag) -> None:
    new.write()
    for path in new.files:
        typer.echo(f"Wrote {os.path.relpath(path)}")
    for note in new.notes:
        typer.echo(f"Note: {note}")
    dag_file = os.path.relpath(next(iter(new.files)))
    typer.echo(f"Next: airflowkit check {dag_file}, then airflowkit run {new.answers.name}")
