"""`airflowkit update`: later versions of the scaffold, merged with the team's changes."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from airflowkit.scaffold.updating import Update


def update(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A folder of the repository.")] = Path(),
    *,
    airflow_version: Annotated[
        str, typer.Option(help="Move to another Airflow version, too.", show_default="the repository's")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the changes; write nothing.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 if there is anything to update; write nothing.")
    ] = False,
) -> None:
    """Bring later versions of the scaffold into a repository that new-repo has written.

    Git merges them with what the team has committed since, and puts the result onto a branch of its own as one commit.
    The current branch and the work tree stay as they are. The DAGs are parsed before and after, and compared.

    Examples:
        airflowkit update

        airflowkit update --airflow-version 3.3.2 --dry-run
    """
    from airflowkit.repository import repository_root
    from airflowkit.scaffold.updating import planned_update

    changes = {"airflow_version": airflow_version} if airflow_version else {}
    with planned_update(repository_root(path) or path.absolute(), **changes) as planned:
        if not planned.needed:
            typer.echo(f"Nothing to update: the repository has the scaffold of airflowkit {planned.version}")
            return
        _list(planned)
        if check:
            raise typer.Exit(1)
        if dry_run:
            typer.echo(planned.diff())
        else:
            planned.check_branch()
        proved = _compare(planned)
        if not dry_run:
            planned.commit()
            _say_what_next(planned)
    raise typer.Exit(0 if proved else 1)


def _list(planned: Update) -> None:
    width = max(map(len, planned.outcomes.values()))
    for path, outcome in planned.outcomes.items():
        typer.echo(f"  {outcome:{width}}  {path}")
    for line in planned.moves:
        typer.echo(line)


def _compare(planned: Update) -> bool:
    """Say what the update means for the DAGs, and return whether nothing is worse or left to do."""
    if planned.conflicts:
        typer.echo("The DAGs are not compared: resolve the conflicts first, then run airflowkit check")
        return False
    from airflowkit.compare.difference import difference
    from airflowkit.compare.state import Parser

    if sys.stderr.isatty():
        typer.echo("Parsing the DAGs as they are, and as they would be ...", err=True)
    with TemporaryDirectory(prefix="airflowkit-") as name:
        before, after = planned.write_out(Path(name))
        parser = Parser(judged=True)
        found = difference(parser.state_of(before), parser.state_of(after))
        for line in found.lines():
            typer.echo(f"  {line}")
        return _compare_values(before, after) and not found.worse


def _compare_values(before: Path, after: Path) -> bool:
    """Say what the update means for the deployment, and return whether its values have no new fault."""
    from airflowkit.deploy.comparison import new_faults, values_difference
    from airflowkit.deploy.values.files import load_values
    from airflowkit.errors import ValuesError

    place = Path("deploy", "values.yaml")
    if not ((before / place).is_file() and (after / place).is_file()):
        return True
    try:
        older, newer = (load_values([folder / place]) for folder in (before, after))
    except ValuesError as error:  # SOPS, a template of Helmfile: it was so before, or git has marked a conflict
        typer.echo(f"  {place} is not compared: {str(error).replace(f'{before}/', '')}")
        return True
    for line in values_difference(older, newer):
        typer.echo(f"  {line}")
    faults = new_faults(older, newer)
    for fault in faults:
        typer.echo(f"  {place}: {fault.key}: {fault.message}")
    return not faults


def _say_what_next(planned: Update) -> None:
    typer.echo(f"The update is one commit on the branch {planned.branch}. Next:")
    if planned.conflicts:
        typer.echo(f"  git switch {planned.branch}   # resolve the conflicts, then commit")
    typer.echo(f"  git merge {planned.branch}    # takes it")
    typer.echo(f"  git branch -D {planned.branch}   # or throws it away")
