"""Connections and users, as their files define them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import connection_variable
from airflowkit.deploy.secrets.confidential import Confidential
from airflowkit.deploy.secrets.content import documents
from airflowkit.deploy.secrets.content.kinds import random_password
from airflowkit.deploy.secrets.content.text import Fault
from airflowkit.errors import ConnectionsError, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_ID: Final = re.compile(r"[\w.-]{1,200}", re.ASCII)
"""What `airflow connections add` takes (airflow.utils.helpers.validate_key)."""
_USER_FIELDS: Final = ("username", "email", "firstname", "lastname", "roles")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection.

    Attributes:
        conn_id: Its id.
        value: What its environment variable holds: JSON or a URI.
    """

    conn_id: str
    value: Confidential

    @property
    def variable(self) -> str:
        """The environment variable in which Airflow looks for it."""
        return connection_variable(self.conn_id)


@dataclass(frozen=True, slots=True)
class User:
    """A user of Airflow's FAB auth manager.

    Attributes:
        username: The login.
        email: Unique, too.
        firstname: The first name.
        lastname: The last name.
        roles: Roles such as `Admin`, `Op`, `User`, `Viewer`; at least one.
        password: The password.
    """

    username: str
    email: str
    firstname: str
    lastname: str
    roles: tuple[str, ...]
    password: Confidential


def connections_of(document: Any, where: str) -> tuple[Connection, ...]:
    """Return the connections of a document: ids, each with its fields or its URI.

    Raises:
        ConnectionsError: One is not valid. The message says which, and nothing of its value.
    """
    if not isinstance(document, Mapping) or not document:
        example = "wasb_default: {conn_type: wasb, login: ACCOUNT, password: !env AZURE_STORAGE_KEY}"
        raise ConnectionsError(f"{where} has no connections", hint=f"Write ids with their fields, such as {example}")
    found = tuple(connection_of(str(conn_id), value, where) for conn_id, value in document.items())
    variables = [each.variable for each in found]
    if doubled := next((each for each in found if variables.count(each.variable) > 1), None):
        raise ConnectionsError(f"{where}: {doubled.variable} would hold two connections: ids differ in case only")
    return found


def connection_of(conn_id: str, value: Any, where: str) -> Connection:
    """Return one connection.

    Raises:
        ConnectionsError: It is not valid. The message says nothing of its value.
    """
    if not _ID.fullmatch(conn_id):
        allowed = "It may have up to 200 letters, digits, '_', '-' and '.'"
        raise ConnectionsError(f"{where}: {shown(conn_id)} is not a valid connection id", hint=allowed)
    text = value if isinstance(value, str) else json.dumps(_fields(value), default=str)
    try:
        checked = documents.connection(text)
    except Fault as fault:
        reason = str(fault)
    else:
        is_json = checked.lstrip().startswith("{")
        return Connection(conn_id, Confidential.of_text(json.dumps(json.loads(checked)) if is_json else checked))
    raise ConnectionsError(f"{where}: the connection {conn_id} {reason}", hint=_hint(reason))


def _fields(value: Any) -> dict[str, Any]:
    """Return a connection's fields as its JSON has them; Airflow's file format also calls the extra `extra_dejson`."""
    if not isinstance(value, Mapping):
        return {}
    renamed = {"extra" if name == "extra_dejson" else str(name): given for name, given in value.items()}
    return {name: given for name, given in renamed.items() if given is not None and name != "conn_id"}


def _hint(reason: str) -> str:
    if reason == "has no conn_type":
        return "Name the type of the provider's hook, such as wasb, aws, postgres, http, kubernetes or generic"
    return "Quote it in YAML" if reason.endswith("not a string") else ""


def users_of(document: Any, where: str) -> tuple[User, ...]:
    """Return the users of a document, which is a list; each without a password gets a generated one.

    Raises:
        ConnectionsError: One is not valid.
    """
    if not isinstance(document, list) or not document:
        example = "- {username: jane, email: jane@example.com, firstname: Jane, lastname: Doe, roles: [Op]}"
        raise ConnectionsError(f"{where} is not a list of users", hint=f"Write one line each: {example}")
    found = tuple(_user(given, f"{where}: user {number}") for number, given in enumerate(document, 1))
    for name in ("username", "email"):
        values = [getattr(each, name).lower() for each in found]
        if doubled := next((value for value in values if values.count(value) > 1), None):
            raise ConnectionsError(f"{where}: two users have the {name} {doubled}")
    return found


def _user(given: Any, where: str) -> User:
    if not isinstance(given, Mapping):
        raise ConnectionsError(f"{where} is not a mapping", hint=f"It needs {', '.join(_USER_FIELDS)}")
    if fault := next(_faults(given), ""):
        raise ConnectionsError(
            f"{where} {fault}", hint=f"It needs {', '.join(_USER_FIELDS)}; password if you choose it"
        )
    texts = {name: given[name] for name in _USER_FIELDS if name != "roles"}
    password = Confidential.of_text(str(given.get("password") or random_password()))
    return User(roles=tuple(given["roles"]), password=password, **texts)


def _faults(given: Mapping[Any, Any]) -> Iterator[str]:
    known = (*_USER_FIELDS, "password", "id")
    for name in given:
        if name not in known:
            yield f"has the unknown field {shown(name)}: {did_you_mean(name, known) or 'leave it out'}"
    for name in _USER_FIELDS:
        if not given.get(name):
            yield f"has no {name}"
    for name in (*_USER_FIELDS[:-1], "password"):
        if not isinstance(given.get(name, ""), str) or not given.get(name, "").isprintable():
            yield f"has a {name} that is not a line of text: quote it in YAML"
    roles = given.get("roles")
    if not isinstance(roles, list) or not all(isinstance(role, str) and role for role in roles):
        yield "has roles that are not a list of names"
    if not _EMAIL.fullmatch(str(given.get("email"))):
        yield "has an email that is not an address"
