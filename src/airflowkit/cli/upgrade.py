"""`airflowkit upgrade`: proof before Airflow moves."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from airflowkit.upgrade.environment import Environment


class Format(StrEnum):
    """The format of the report."""

    TEXT = "text"
    JSON = "json"


def upgrade(
    to: Annotated[
        str, typer.Option("--to", metavar="VERSION", help="Airflow's version to move to.", show_default=False)
    ] = "",
    python: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="A Python, or a virtual environment, that has the Airflow to move to.",
            show_default="one is made with uv",
        ),
    ] = None,
    constraints: Annotated[
        str,
        typer.Option(metavar="FILE", help="Constraints for the environment.", show_default="Airflow's own"),
    ] = "",
    output_format: Annotated[Format, typer.Option("--format", help="The format.")] = Format.TEXT,
) -> None:
    """Show what another version of Airflow makes of the DAG files, before anything moves.

    Parses them in this environment and in one with the other Airflow, and reports what no longer imports, what differs,
    and what changes without an error, such as the dates of runs. Exits with 1 if there is anything to do.

    Examples:
        airflowkit upgrade --to 3.3.0

        airflowkit upgrade --to 3.3.0 --constraints constraints.txt

        airflowkit upgrade --python ../airflow-3/.venv --format json
    """
    from airflowkit.cli.signals import ended_in_order
    from airflowkit.repository import plain, repository_root
    from airflowkit.upgrade.environment import this_environment
    from airflowkit.upgrade.report import report_on_upgrade

    root = repository_root(Path.cwd()) or plain(Path.cwd())
    with ended_in_order():
        other = _other(to, python, constraints, root)
        before = this_environment()
        if sys.stderr.isatty():
            typer.echo(f"Parsing with {before} and {other} ...", err=True)
        report = report_on_upgrade(before, other, root)
    if output_format is Format.JSON:
        from airflowkit.upgrade.formats.json import render

        typer.echo(render(report))
    else:
        from rich.console import Console

        from airflowkit.upgrade.formats.text import show

        show(report, Console())
    raise typer.Exit(1 if report.has_work else 0)


def _other(to: str, python: Path | None, constraints: str, root: Path) -> Environment:
    """Return the environment to move to."""
    from airflowkit.errors import UpgradeError
    from airflowkit.upgrade.environment import environment_of
    from airflowkit.upgrade.making import made

    if not python:
        if not to:
            raise typer.BadParameter("name the version: --to VERSION, or an environment that has it: --python PATH")
        return made(to, root, constraints, lambda text: typer.echo(text, err=True))
    if constraints:
        raise typer.BadParameter("--constraints is for an environment that is made: leave it out with --python")
    found = environment_of(python)
    if to and found.airflow != to and not found.airflow.startswith(f"{to}."):
        raise UpgradeError(f"{found.python} has Airflow {found.airflow}, not {to}")
    return found
