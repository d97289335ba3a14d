"""`airflowkit upgrade`: proof before Airflow moves."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airflowkit.cli.formats import Format

if TYPE_CHECKING:
    from airflowkit.upgrade.environment import Environment
    from airflowkit.upgrade.fixing import Proved
    from airflowkit.upgrade.parsing import Sides
    from airflowkit.upgrade.report import Report


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
    *,
    fix: Annotated[
        bool, typer.Option("--fix", help="Apply ruff's AIR fixes and airflowkit's own, where both versions agree.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", "--dry-run", help="Show what --fix would change, without changing it.")
    ] = False,
) -> None:
    """Show what another version of Airflow makes of the DAG files, before anything moves.

    Parses them in this environment and in one with the other Airflow, and reports what no longer imports, what differs,
    and what changes without an error, such as the dates of runs. Exits with 1 if there is anything to do.

    --fix keeps a change only if every DAG, task and pod stays as it is here, and the other Airflow imports the file no
    worse. The report is then of what is left.

    Examples:
        airflowkit upgrade --to 3.3.0

        airflowkit upgrade --to 3.3.0 --constraints constraints.txt

        airflowkit upgrade --python ../airflow-3/.venv --format json

        airflowkit upgrade --to 3.3.0 --fix
    """
    from airflowkit.cli.signals import ended_in_order
    from airflowkit.repository import plain, repository_root
    from airflowkit.upgrade.environment import this_environment
    from airflowkit.upgrade.parsing import opened
    from airflowkit.upgrade.report import report_on_upgrade

    root = repository_root(Path.cwd()) or plain(Path.cwd())
    proved = None
    with ended_in_order():
        before, other = this_environment(), _other(to, python, constraints, root)
        if sys.stderr.isatty():
            typer.echo(f"Parsing with {before} and {other} ...", err=True)
        with opened(before, other, root, datetime.now(UTC).replace(microsecond=0)) as both:
            report = report_on_upgrade(both)
            if fix or diff:
                proved = _proved(report, both, root, only_shown=diff)
            if proved and proved.edits and not diff:
                report = report_on_upgrade(both)
    _show(report, proved, output_format, only_shown=diff)
    raise typer.Exit(1 if report.has_work else 0)


def _proved(report: Report, both: Sides, root: Path, *, only_shown: bool) -> Proved:
    """Return the fixes that hold, written unless they are only shown."""
    from airflowkit.cli.upgrade_fixing import written
    from airflowkit.upgrade.fixing import proved_fixes

    proved = proved_fixes(report, both, root)
    return proved if only_shown else written(proved)


def _show(report: Report, proved: Proved | None, output_format: Format, *, only_shown: bool) -> None:
    from airflowkit.cli.upgrade_fixing import as_json
    from airflowkit.cli.upgrade_fixing import show as show_fixes

    if output_format is Format.JSON:
        from airflowkit.upgrade.formats.json import render

        typer.echo(render(report, as_json(proved) if proved else None))
    else:
        if proved:
            show_fixes(proved, only_shown=only_shown)
        from rich.console import Console

        from airflowkit.upgrade.formats.text import show

        show(report, Console())


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
