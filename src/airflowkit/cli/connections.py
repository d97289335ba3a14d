"""`airflowkit connections`: connections and users, in the form that a deployment or a shell reads."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import Annotated

import typer


class Format(StrEnum):
    """What is written."""

    ENV = "env"
    AIRFLOW = "airflow"
    KUBECTL = "kubectl"
    SECRET = "secret"  # noqa: S105  a word


def connections(  # noqa: PLR0913  the command's options
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="Connections, as `airflow connections import` reads them; YAML or JSON.",
            show_default=False,
        ),
    ] = None,
    *,
    users: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Users, as `airflow users import` reads them; YAML or JSON.")
    ] = None,
    conn_id: Annotated[
        str, typer.Option(metavar="ID", help="One connection by flags; its secrets are asked for on the terminal.")
    ] = "",
    conn_type: Annotated[str, typer.Option(metavar="TYPE", help="Such as wasb, aws, git, kubernetes, http.")] = "",
    conn_host: Annotated[
        str,
        typer.Option(
            metavar="HOST", help="The server's name or address; of some types something else, such as an account's URL."
        ),
    ] = "",
    conn_port: Annotated[int | None, typer.Option(metavar="PORT", help="The server's port.")] = None,
    conn_schema: Annotated[
        str, typer.Option(metavar="SCHEMA", help="The database, or the protocol of a web server.")
    ] = "",
    conn_login: Annotated[str, typer.Option(metavar="LOGIN", help="The user, or the id of a key.")] = "",
    conn_extra: Annotated[str, typer.Option(metavar="JSON", help="Without secrets: a shell remembers it.")] = "",
    conn_password_env: Annotated[str, typer.Option(metavar="NAME", help="The variable that holds the password.")] = "",
    conn_password_file: Annotated[Path | None, typer.Option(metavar="FILE", help="The password's file.")] = None,
    format: Annotated[  # noqa: A002  the option's name
        Format, typer.Option(help="Variables, airflow commands, the same through kubectl exec, or a Secret.")
    ] = Format.ENV,
    name: Annotated[str, typer.Option(metavar="SECRET", help="The name of the Secret.")] = "airflow-connections",
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="For kubectl and the Secret.")] = "",
    pod: Annotated[str, typer.Option(help="Where kubectl runs the commands.")] = "deploy/airflow-scheduler",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write a file that git ignores and only you can read."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print secrets even on a terminal.")] = False,
) -> None:
    """Write Airflow connections and users as variables, `airflow` commands, or the Secret that the values mount.

    Secrets come from the terminal, a file or the environment: in FILE, `!prompt TEXT`, `!file PATH` and `!env NAME`
    stand for them. They are never arguments, which a shell remembers.

    Examples:
        airflowkit connections connections.yaml --format secret --namespace airflow | kubectl apply --server-side -f -

        airflowkit connections --conn-id wasb_default --conn-login mystorage --output .env
    """
    from airflowkit.cli.connection_flags import Flags
    from airflowkit.cli.connection_output import Target, check_target, write
    from airflowkit.cli.connection_sources import connections_from, users_from
    from airflowkit.cli.masked_tracebacks import masked_tracebacks

    flags = Flags(
        conn_id=conn_id,
        conn_type=conn_type,
        host=conn_host,
        port=conn_port,
        schema=conn_schema,
        login=conn_login,
        extra=conn_extra,
        password_env=conn_password_env,
        password_file=conn_password_file,
    )
    if not (file or users or conn_id):
        raise typer.BadParameter("name a file of connections, or add --conn-id or --users", param_hint="FILE")
    with masked_tracebacks():
        check_target(output, show=show)
        target = Target(format, name, namespace, pod)
        write(target.text(connections_from(file, flags), users_from(users)), output)
