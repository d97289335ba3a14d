"""The `airflowkit` command: its sub-commands, and what an error looks like."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Final, NoReturn

import typer

from airflowkit.cli.check import check
from airflowkit.cli.explain import explain
from airflowkit.cli.new_dag import new_dag
from airflowkit.cli.new_repo import new_repo
from airflowkit.cli.render import render
from airflowkit.cli.run import run
from airflowkit.cli.teams import teams
from airflowkit.errors import AirflowKitError

_USAGE_ERROR: Final[Any] = typer.BadParameter.__mro__[1]
"""Click's UsageError, which Typer brings along, or did not, by its version."""

app = typer.Typer(
    name="airflowkit",
    help="""Pods, alerts, checks and local runs for Apache Airflow on Kubernetes.

Example: airflowkit new-repo my-dags && cd my-dags && airflowkit run hello_pod""",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("check")(check)
app.command("new-repo")(new_repo)
app.command("new-dag")(new_dag)
app.command("run")(run)
app.command("render")(render)
app.command("explain")(explain)
app.add_typer(teams, name="teams")


def _print_version(asked: bool) -> None:  # noqa: FBT001  Typer's signature
    if asked:
        from importlib.metadata import version

        typer.echo(f"airflowkit {version('airflowkit-k8s')}, Airflow {version('apache-airflow')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command; a mistake of the caller's is one line on standard error and exit status 2."""
    try:
        status = app(standalone_mode=False)
    except _USAGE_ERROR as error:
        told = error.format_message().rstrip(".")
        _fail(f"{told}. `{error.ctx.command_path} --help` tells more" if told else "")
    except AirflowKitError as error:
        _fail(str(error))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str) -> NoReturn:
    if message:  # without a command the help has been printed
        print(f"airflowkit: {message}", file=sys.stderr)  # noqa: T201  a library's logger would dress the line up
    sys.exit(2)
