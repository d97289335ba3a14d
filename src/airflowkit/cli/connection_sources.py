"""Where `airflowkit connections` takes connections and users from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from airflowkit.cli.connection_flags import connection_of_flags
from airflowkit.cli.hidden_input import read_hidden
from airflowkit.cli.secret_prompts import until_valid
from airflowkit.deploy.connections.definitions import connections_of, users_of
from airflowkit.deploy.connections.reading import read_document
from airflowkit.deploy.secrets.content.text import Fault, one_line
from airflowkit.errors import ConnectionsError

if TYPE_CHECKING:
    from pathlib import Path

    from airflowkit.cli.connection_flags import Flags
    from airflowkit.deploy.connections.definitions import Connection, User


def connections_from(file: Path | None, flags: Flags) -> tuple[Connection, ...]:
    """Return the connections of a file, and the one of the flags.

    Raises:
        ConnectionsError: One is not valid, or both define the same.
    """
    of_file = connections_of(read_document(file, _ask), str(file)) if file else ()
    if not flags.conn_id:
        return of_file
    if any(each.conn_id == flags.conn_id for each in of_file):
        raise ConnectionsError(f"{file} has the connection {flags.conn_id} already", hint="Leave --conn-id out")
    return (*of_file, connection_of_flags(flags))


def users_from(file: Path | None) -> tuple[User, ...]:
    """Return the users of a file.

    Raises:
        ConnectionsError: One is not valid.
    """
    return users_of(read_document(file, _ask), str(file)) if file else ()


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        raise Fault("needs a terminal: take !env or !file instead")
    return until_valid(lambda: one_line(read_hidden(f"{question}, hidden: ")))
