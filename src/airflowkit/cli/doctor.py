"""`airflowkit doctor`: what is wrong with the repository's deployment, its Airflow and its cluster."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airflowkit.errors import AirflowKitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.deploy.doctor.report import Report
    from airflowkit.deploy.doctor.source import Request


class Format(StrEnum):
    """The format of the report, or of the contract."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    GITHUB = "github"
    YAML = "yaml"


_OF_CONTRACT = (Format.TEXT, Format.JSON, Format.YAML)


def doctor(  # noqa: PLR0913  one for each option
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH", help="The repository; by default that of the current folder.", show_default=False
        ),
    ] = None,
    *,
    output_format: Annotated[
        Format, typer.Option("--format", help="The format; yaml is for --contract.")
    ] = Format.TEXT,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODES",
            help="What to examine: codes, or SOURCE or SOURCE/CATEGORY, separated by commas.",
            show_default=False,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="CODES", help="What to skip, in addition to the setting.", show_default=False),
    ] = None,
    values: Annotated[
        list[Path] | None,
        typer.Option("--values", "-f", metavar="FILE", help="The chart's values; once for each file, as for Helm."),
    ] = None,
    cluster: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Examine an exported cluster, where there are no rights on one.")
    ] = None,
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="By default [pod] namespace of airflowkit.toml, else kubectl's.")
    ] = "",
    context: Annotated[str, typer.Option(help="The context of the kubeconfig; by default the current one.")] = "",
    release: Annotated[str, typer.Option(help="The name of the Helm release.")] = "airflow",
    contract: Annotated[
        bool, typer.Option("--contract", help="Print what the DAGs need of the cluster, down to the task.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="With --contract: keep it in the repository.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
) -> None:
    """Examine the repository's values, Dockerfile and settings, the Airflow that runs here, and the cluster.

    What is not there is left out, with a line that says so. Nothing is changed, and no Secret's value is asked for or
    shown.

    Examples:
        airflowkit doctor

        airflowkit doctor --select repository/secrets,AD1 --format json

        airflowkit doctor --cluster exported.yaml

        airflowkit doctor --contract --format yaml
    """
    from airflowkit.deploy.doctor.source import Request

    of_report = {
        "--select": select,
        "--ignore": ignore,
        "--values": values,
        "--cluster": cluster,
        "--namespace": namespace,
        "--context": context,
        "--exit-zero": exit_zero,
    }
    try:
        _check_options(output_format, contract=contract, write=write, of_report=of_report)
        root = _root(path)
        if contract:
            from airflowkit.cli.contract import show_contract

            raise typer.Exit(show_contract(root, output_format=output_format, write=write))
        request = Request(root, tuple(values or ()), cluster, namespace, context, release)
        report = _examined(request, tuple(select or ()), tuple(ignore or ()))
    except (AirflowKitError, OSError, typer.BadParameter) as error:
        _show_error(error, output_format)
        raise
    _show(report, output_format)
    raise typer.Exit(0 if report.passed or exit_zero else 1)


def _check_options(output_format: Format, *, contract: bool, write: bool, of_report: Mapping[str, object]) -> None:
    """Refuse what would do nothing."""
    if write and not contract:
        raise typer.BadParameter("it needs --contract", param_hint="--write")
    if (output_format not in _OF_CONTRACT) if contract else (output_format is Format.YAML):
        known = _OF_CONTRACT if contract else [each for each in Format if each is not Format.YAML]
        raise typer.BadParameter(f"it takes {', '.join(known)} here", param_hint="--format")
    if contract and (given := [option for option, value in of_report.items() if value]):
        raise typer.BadParameter("it does nothing with --contract", param_hint=", ".join(given))


def _root(path: Path | None) -> Path:
    from airflowkit.errors import NoSuchPath
    from airflowkit.repository import plain, repository_root

    here = path or Path.cwd()
    if not here.exists():
        raise NoSuchPath(f"{here} does not exist", hint="name the repository: airflowkit doctor PATH")
    return repository_root(here) or plain(here)


def _examined(request: Request, select: tuple[str, ...], ignore: tuple[str, ...]) -> Report:
    from datetime import datetime

    from airflowkit.deploy.doctor.examining import examine
    from airflowkit.deploy.doctor.selection import Selection, names_in
    from airflowkit.deploy.doctor.sources import SOURCES
    from airflowkit.settings import load_settings

    ignores = load_settings(request.root).doctor.ignore
    today = datetime.now().astimezone().date()
    return examine(SOURCES, request, Selection(names_in(select), names_in(ignore), ignores, today))


def _show(report: Report, output_format: Format) -> None:
    if output_format is Format.TEXT:
        from rich.console import Console

        from airflowkit.deploy.doctor.formats.text import show

        show(report, Console())
    elif output_format is Format.JSON:
        from airflowkit.deploy.doctor.formats.json import render

        typer.echo(render(report))
    else:
        from airflowkit.deploy.doctor.formats.shared import as_check_report

        render_shared = import_module(f"airflowkit.checks.reports.{output_format}").render
        typer.echo(render_shared(as_check_report(report)))


def _show_error(error: Exception, output_format: Format) -> None:
    """Print a document also where there is no report; the line on standard error and the exit status 2 remain."""
    if output_format is Format.JSON:
        from airflowkit.deploy.doctor.formats.json import render_error

        if isinstance(error, AirflowKitError):
            typer.echo(render_error(error))
        else:
            message = error.format_message() if isinstance(error, typer.BadParameter) else str(error)
            typer.echo(render_error(AirflowKitError(message)))
