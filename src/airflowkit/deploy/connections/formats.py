"""Connections and users as text: environment variables, `airflow` commands, and a Secret."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.secrets.manifest import Secret, yaml_documents
from airflowkit.errors import ConnectionsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from airflowkit.deploy.connections.definitions import Connection, User

_SIMPLE_ROLES: Final = ("admin", "op", "user", "viewer")
"""The roles of Airflow's simple auth manager, the highest first."""


def as_variables(connections: Iterable[Connection]) -> str:
    r"""Return lines that a shell, Docker Compose and python-dotenv read alike: `NAME='VALUE'`.

    Raises:
        ConnectionsError: An id cannot be in the name of a variable.
    """
    return "".join(f"{_variable(each)}='{_unquoted(each.value.text())}'\n" for each in connections)


def _variable(connection: Connection) -> str:
    if not connection.variable.isidentifier():
        hint = "Give the connection an id of letters, digits and '_', or take another --format"
        raise ConnectionsError(f"no shell can set the variable {connection.variable}", hint=hint)
    return connection.variable


def _unquoted(value: str) -> str:
    r"""Return JSON or a URI without what some reader does not take as it is between single quotes.

    A quote ends the value, python-dotenv reads `\\` as one backslash and replaces `${NAME}`; both forms can write these
    characters in another way. Backslashes come in pairs in JSON, but where they begin another escape.
    """
    if not value.startswith("{"):
        return value.replace("'", "%27").replace("$", "%24")
    return value.replace("\\\\", "\\u005c").replace("'", "\\u0027").replace("$", "\\u0024")


def users_as_variables(users: Iterable[User]) -> str:
    """Return the users of a local Airflow with its default auth manager, which makes the passwords itself.

    Raises:
        ConnectionsError: A user has a role that it does not have.
    """
    pairs = ",".join(f"{user.username}:{_simple_role(user)}" for user in users)
    return f"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS={shlex.quote(pairs)}\n"


def _simple_role(user: User) -> str:
    known = {role.lower() for role in user.roles}.intersection(_SIMPLE_ROLES)
    if not known or any(char in user.username for char in ",:"):
        hint = "It knows Viewer, User, Op and Admin; take --format airflow for Airflow with the FAB auth manager"
        raise ConnectionsError(f"Airflow's simple auth manager cannot have the user {user.username}", hint=hint)
    return min(known, key=_SIMPLE_ROLES.index)


def as_commands(connections: Iterable[Connection], users: Iterable[User], prefix: Sequence[str] = ()) -> str:
    """Return `airflow` commands for a shell, each after a prefix such as `kubectl exec POD --`."""
    commands = [*map(_connection_command, connections), *(each for user in users for each in _user_commands(user))]
    return "".join(f"{shlex.join([*prefix, 'airflow', *command])}\n" for command in commands)


def _connection_command(connection: Connection) -> list[str]:
    text = connection.value.text()
    form = "--conn-json" if text.startswith("{") else "--conn-uri"
    return ["connections", "add", connection.conn_id, form, text]


def _user_commands(user: User) -> Iterator[list[str]]:
    first, *others = user.roles
    names = ("username", "email", "firstname", "lastname")
    fields = [part for name in names for part in (f"--{name}", getattr(user, name))]
    # Joined by "=": a password may begin with "-".
    yield ["users", "create", *fields, "--role", first, f"--password={user.password.text()}"]
    for role in others:
        yield ["users", "add-role", "--username", user.username, "--role", role]


def as_secret(connections: Sequence[Connection], name: str, namespace: str) -> str:
    """Return the manifest of a Secret with one key for each connection, and how the chart's values read it."""
    secret = Secret(name, data={each.variable: each.value for each in connections})
    entries = [
        f"#   - {{envName: {each.variable}, secretName: {name}, secretKey: {each.variable}}}" for each in connections
    ]
    return "\n".join(
        [yaml_documents([secret], namespace).rstrip(), "# The chart's values read it so:", "# secret:", *entries, ""]
    )
