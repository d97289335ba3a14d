"""`airflowkit secrets`: the Secrets of the deployment."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import Annotated

import typer


class Rotation(StrEnum):
    """What `--rotate` changes."""

    FERNET = "fernet"
    FERNET_FINISH = "fernet-finish"


def secrets(  # noqa: PLR0913  the command's options
    *,
    values: Annotated[
        list[Path] | None,
        typer.Option("--values", "-f", metavar="FILE", help="The chart's values; once for each file, as for Helm."),
    ] = None,
    from_file: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME/KEY=PATH", help="A file that contains a value; - is standard input."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write all Secrets to a file that git ignores."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Create what is missing in the cluster.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say what is missing or wrong in the cluster.")] = False,
    rotate: Annotated[
        Rotation | None,
        typer.Option(help="Put a new Fernet key in front of the old one; later, drop the old one."),
    ] = None,
    replace: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[/KEY]", help="Make a Secret, or one of its keys, again although it exists."),
    ] = None,
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="By default [pod] namespace of airflowkit.toml, else kubectl's.")
    ] = "",
    context: Annotated[str, typer.Option(help="The context of the kubeconfig; by default the current one.")] = "",
    release: Annotated[str, typer.Option(help="The name of the Helm release.")] = "airflow",
) -> None:
    """Make, apply and check the Secrets that deploy/values.yaml names. Without an action, list them.

    Values are generated, read from files, or asked for on the terminal without showing them; never arguments.

    Examples:
        airflowkit secrets --apply --from-file airflow-git-ssh/gitSshKey=deploy_key

        airflowkit secrets --check --values deploy/values.yaml --values deploy/values-dev.yaml
    """
    from airflowkit.cli.masked_tracebacks import masked_tracebacks
    from airflowkit.cli.secret_actions import list_needs, make, report, rotate_key
    from airflowkit.deploy.secrets.work import Request, prepare
    from airflowkit.errors import SecretsError

    request = Request(tuple(values or ()), tuple(from_file or ()), tuple(replace or ()), output)
    with masked_tracebacks():
        if not (rotate or output or apply or check or sys.stdin.isatty()):
            raise SecretsError("no action is named", hint="Add --output FILE, --apply, --check or --rotate fernet")
        if rotate and (output or apply or check or from_file or replace):
            raise typer.BadParameter("it is an action of its own", param_hint="--rotate")
        if (from_file or replace) and not (output or apply):
            raise typer.BadParameter("add --apply or --output FILE", param_hint="--from-file, --replace")
        work = prepare(request, namespace=namespace, context=context, release=release)
        if rotate:
            raise typer.Exit(rotate_key(work, finish=rotate is Rotation.FERNET_FINISH))
        if output or apply:
            make(work, apply=apply)
        if check:
            raise typer.Exit(report(work))
        if not (output or apply):
            list_needs(work)
