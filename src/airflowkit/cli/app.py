"""The `airflowkit` command: its sub-commands, and what an error looks like."""

from __future__ import annotations

import sys

import typer

from airflowkit.cli.new_dag import new_dag
from airflowkit.cli.new_repo import new_repo
from airflowkit.errors import AirflowKitError

app = typer.Typer(
    name="airflowkit",
    help="Pods, alerts, checks and local runs for Apache Airflow on Kubernetes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("new-repo")(new_repo)
app.command("new-dag")(new_dag)


def main() -> None:
    """Run the command; a mistake of the caller's is one line on standard error and exit status 2."""
    try:
        app()
    except AirflowKitError as error:
        print(f"airflowkit: {error}", file=sys.stderr)  # noqa: T201  a library's logger would dress the line up
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
