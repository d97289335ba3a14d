"""Values with an inner form: Airflow's connections, credentials of registries, PgBouncer's files."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any, Final

from airflowkit.deploy.secrets.content.keys import ssh_key
from airflowkit.deploy.secrets.content.text import Fault, one_line
from airflowkit.deploy.secrets.content.urls import parse_url
from airflowkit.errors import did_you_mean

_FIELDS: Final = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
"""What `airflow.sdk.Connection.from_json` takes."""
_KNOWN: Final = f"it knows {', '.join(_FIELDS)}"
_USERS_LINE: Final = re.compile(r'"(?:[^"]|"")+" "(?:[^"]|"")*"')


def connection(text: str) -> str:
    """Check an Airflow connection: a JSON object, or a URI with encoded parts."""
    document = text.strip()
    if document.startswith("{"):
        _check_connection(_json_object(document))
        return text
    parse_url(text)
    return one_line(text)


def teams_connection(text: str) -> str:
    """Return the connection to a Teams workflow, which has the whole URL as its password (docs/how-to/alerts.md)."""
    if text.strip().startswith("https://"):
        parse_url(text)
        return json.dumps({"conn_type": "http", "password": one_line(text)})
    return connection(text)


def _check_connection(fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in _FIELDS:
            raise Fault(f"has a field that Airflow does not know; {did_you_mean(name, _FIELDS) or _KNOWN}")
        if name not in {"port", "extra"} and not isinstance(value, str | None):
            raise Fault(f"has a {name} that is not a string")
    if not fields.get("conn_type"):
        raise Fault("has no conn_type")
    if fields.get("port") and not str(fields["port"]).isdecimal():
        raise Fault("has a port that is not a number")
    extra = fields.get("extra") or {}
    inner = _json_object(extra, "an extra that") if isinstance(extra, str) else extra
    if not isinstance(inner, dict):
        raise Fault("has an extra that is not an object")
    if private := inner.get("private_key"):
        _check_private_key(private)


def _check_private_key(private: object) -> None:
    try:
        repaired = ssh_key(str(private))
    except Fault as fault:
        raise Fault(f"has a private_key that {fault}") from None
    if repaired != private:
        raise Fault("has a private_key without a final newline, or with Windows line ends")


def registry(text: str) -> str:
    """Check the `.dockerconfigjson` of a pull Secret, which is a Docker `config.json` with passwords in it."""
    auths = _json_object(text.strip()).get("auths")
    if not isinstance(auths, dict) or not auths:
        raise Fault('has no registries: {"auths": {"REGISTRY": {"username": "…", "password": "…"}}}')
    if not all(isinstance(login, dict) and _has_login(login) for login in auths.values()):
        raise Fault("has a registry without user and password; Docker Desktop keeps them outside of its config.json")
    return text


def registry_login(host: str, user: str, secret: str) -> str:
    """Return the `.dockerconfigjson` for one registry."""
    auth = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return json.dumps({"auths": {host: {"username": user, "password": secret, "auth": auth}}})


def _has_login(login: dict[str, Any]) -> bool:
    try:
        user, colon, secret = base64.b64decode(str(login.get("auth", "")), validate=True).partition(b":")
    except binascii.Error:
        return False
    return bool(user and colon and secret) or bool(login.get("username") and login.get("password"))


def pgbouncer_ini(text: str) -> str:
    """Check PgBouncer's own configuration for its two sections."""
    if not all(re.search(rf"(?m)^\[{section}\]\s*$", text) for section in ("databases", "pgbouncer")):
        raise Fault("has no section [databases] or [pgbouncer]")
    return text.rstrip() + "\n"


def pgbouncer_users(text: str) -> str:
    """Check PgBouncer's users: one `"USER" "PASSWORD"` a line, where a quote is doubled."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not (lines and all(_USERS_LINE.fullmatch(line) for line in lines)):
        raise Fault('is not "USER" "PASSWORD" in each line; a quote in it is doubled')
    return "\n".join(lines) + "\n"


def _json_object(text: str, what: str = "text that") -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_without_doubles)
    except json.JSONDecodeError as error:  # its message quotes nothing, but the exception holds the text
        place = f"{error.msg}, line {error.lineno} column {error.colno}"
    except RecursionError:
        place = "nested too deeply"
    else:
        if isinstance(document, dict):
            return document
        place = "not an object"
    raise Fault(f"has {what} is not valid JSON: {place}")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise Fault("has a field twice")
    return dict(pairs)
