"""Each form of a connection, read back by Airflow itself, gives the same connection."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
import yaml

from airflowkit._airflow import airflow_version
from airflowkit.deploy.connections.definitions import connections_of, users_of
from airflowkit.deploy.connections.formats import as_commands, as_secret, as_variables, users_as_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

NASTY = (
    "plain",
    "50%&=?#@:/+ ~!*()[]{};,<>|",
    'it\'s "quoted" `and` $HOME ${HOME} $(id) $$',
    "back\\slash \\' \\\\n \\",
    "-----BEGIN KEY-----\nabc+/=\n-----END KEY-----\n",
    "tab\tand ünïcödé 🔑  ",
    "-begins-with-a-dash",
    "{{ var }} {% raw %}",
)
DEFINED: Mapping[str, Any] = {
    **{
        f"nasty_{number}": {
            "conn_type": "generic",
            "login": text,
            "password": text,
            "extra": {"key": text, "n": [1, None]},
        }
        for number, text in enumerate(NASTY)
    },
    "wasb_default": {"conn_type": "wasb", "login": "mystorage", "password": "k/e+y=="},
    "git_default": {"conn_type": "git", "host": "https://git.example.com/a.git", "password": "t"},
    "kubernetes_default": {"conn_type": "kubernetes", "extra": {"in_cluster": True, "namespace": "airflow"}},
    "postgres_orders": {"conn_type": "postgres", "host": "db.example.com", "port": 5432, "schema": "orders"},
    "by_uri": "http://jane:p%40ss'$w%25@example.com:8080/path?proxy=http%3A%2F%2Fa",
    "json_text": '{"conn_type": "http", "password": "a\\\\b", "extra": "{\\"x\\": \\"y\\\\\\\\z\\"}"}',
}
CONNECTIONS = connections_of(DEFINED, "connections.yaml")
PRINT_ALL = """
import json, os, sys
from airflow.models.connection import Connection
names = ("conn_type", "host", "login", "password", "schema", "port", "extra_dejson")
for variables in json.load(sys.stdin):
    os.environ.update(variables)
    found = map(Connection.get_connection_from_secrets, sys.argv[1:])
    print("FOUND", json.dumps([{name: getattr(each, name) for name in names} for each in found]))
"""
RUN_ALL = """
import json, sys
from airflow.cli import cli_parser
parser = cli_parser.get_parser()
for line in sys.stdin.read().splitlines():
    given = parser.parse_args(json.loads(line))
    given.func(given)
from airflow.models import Connection
from airflow.utils.session import create_session
names = ("conn_type", "host", "login", "password", "schema", "port", "extra_dejson")
with create_session() as session:
    for conn_id in sys.argv[1:]:
        found = session.query(Connection).filter(Connection.conn_id == conn_id).one()
        print("FOUND", json.dumps({name: getattr(found, name) for name in names}))
"""


def meant(value: Any) -> dict[str, Any]:
    """Return what Airflow must find, as its own documentation reads the definition."""
    if isinstance(value, str) and not value.startswith("{"):
        return {
            "conn_type": "http",
            "host": "example.com",
            "login": "jane",
            "password": "p@ss'$w%",
            "schema": "path",
            "port": 8080,
            "extra_dejson": {"proxy": "http://a"},
        }
    fields = json.loads(value) if isinstance(value, str) else dict(value)
    extra = fields.pop("extra", {})
    empty = dict.fromkeys(("conn_type", "host", "login", "password", "schema", "port"))
    return empty | fields | {"extra_dejson": json.loads(extra) if isinstance(extra, str) else extra}


def airflow_reads(home, environments: list[Mapping[str, str]]) -> list[list[dict[str, Any]]]:
    """Return the connections that Airflow finds in each set of variables."""
    environment = {**os.environ, "AIRFLOW_HOME": str(home)}
    command = [sys.executable, "-c", PRINT_ALL, *DEFINED]
    given = json.dumps(environments)
    ended = subprocess.run(command, env=environment, input=given, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return [json.loads(line.removeprefix("FOUND ")) for line in ended.stdout.splitlines() if line.startswith("FOUND")]


def sourced_by(shell: str, text: str, names: list[str], folder) -> dict[str, str]:
    file = folder / "connections.env"
    file.write_text(text)
    script = f"set -a; . {file}; " + "; ".join(f"printf '%s\\0' \"${name}\"" for name in names)
    ended = subprocess.run([shutil.which(shell) or shell, "-c", script], capture_output=True, check=True)
    return dict(zip(names, ended.stdout.decode().split("\0"), strict=False))


def value_of(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else unquote(text)


def read_by_dotenv(text: str) -> dict[str, str]:
    dotenv = pytest.importorskip("dotenv", reason="no python-dotenv: only some versions of Airflow bring it")
    return {name: str(value) for name, value in dotenv.dotenv_values(stream=StringIO(text)).items()}


@pytest.mark.parametrize("reader", ["sh", "bash", "dotenv"])
def test_shells_and_dotenv_read_each_variable_as_it_is_meant(tmp_path, reader):
    text, names = as_variables(CONNECTIONS), [each.variable for each in CONNECTIONS]
    assert text.isascii()
    variables = read_by_dotenv(text) if reader == "dotenv" else sourced_by(reader, text, names, tmp_path)
    for each in CONNECTIONS:
        assert value_of(variables[each.variable]) == value_of(each.value.text())


@pytest.mark.matrix
def test_airflow_reads_the_same_connections_from_variables_and_from_a_secret(tmp_path):
    names = [each.variable for each in CONNECTIONS]
    variables = sourced_by("bash", as_variables(CONNECTIONS), names, tmp_path)
    (manifest,) = yaml.safe_load_all(as_secret(CONNECTIONS, "airflow-connections", "data"))
    assert manifest["metadata"] == {"name": "airflow-connections", "namespace": "data"}
    expected = [meant(value) for value in DEFINED.values()]
    assert airflow_reads(tmp_path, [variables, manifest["stringData"]]) == [expected, expected]


def test_a_secret_says_how_the_charts_values_mount_its_keys():
    text = as_secret(CONNECTIONS[-2:], "airflow-connections", "")
    values = yaml.safe_load("\n".join(line.removeprefix("# ") for line in text.partition("# secret:")[2].splitlines()))
    assert [entry["envName"] for entry in values] == ["AIRFLOW_CONN_BY_URI", "AIRFLOW_CONN_JSON_TEXT"]
    assert {entry["secretName"] for entry in values} == {"airflow-connections"}


def arguments_of(commands: str) -> list[list[str]]:
    """Return the arguments with which a shell calls `airflow`."""
    script = "airflow() { printf '%s\\0' \"$@\"; printf '\\1\\0'; }\n" + commands
    ended = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return [call.strip("\0").split("\0") for call in ended.stdout.split("\1\0") if call]


@pytest.mark.slow
@pytest.mark.matrix
def test_airflows_own_command_stores_the_same_connections(tmp_path):
    calls = arguments_of(as_commands(CONNECTIONS, ()))
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    migrate = [sys.executable, "-m", "airflow", "db", "migrate"]
    subprocess.run(migrate, env=environment, capture_output=True, check=True)
    lines = "\n".join(map(json.dumps, calls))
    command = [sys.executable, "-c", RUN_ALL, *DEFINED]
    ended = subprocess.run(command, env=environment, input=lines, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    found = [json.loads(line.removeprefix("FOUND ")) for line in ended.stdout.splitlines() if line.startswith("FOUND ")]
    assert found == [meant(value) for value in DEFINED.values()]


USERS = users_of(
    [
        {
            "username": "jane",
            "email": "jane@example.com",
            "firstname": "Jane 'J'",
            "lastname": "Dœ",
            "roles": ["Op", "Viewer"],
            "password": "-it's $a \\ secret",
        },
        {"username": "joe", "email": "joe@example.com", "firstname": "Joe", "lastname": "Roe", "roles": ["Admin"]},
    ],
    "users.yaml",
)


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.skipif(airflow_version() >= (3, 0), reason="Airflow 3 has users with the FAB provider only")
def test_airflows_own_command_creates_the_users_with_their_roles_and_passwords(tmp_path):
    calls = arguments_of(as_commands((), USERS))
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
    }
    for call in (["db", "migrate"], ["sync-perm"], *calls):  # sync-perm makes the roles, as an API server does
        subprocess.run([sys.executable, "-m", "airflow", *call], env=environment, capture_output=True, check=True)
    script = """
import json
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
with get_application_builder() as builder:
    for user in builder.sm.get_all_users():
        roles = sorted(role.name for role in user.roles)
        print("FOUND", json.dumps([user.username, user.first_name, roles, user.password]))
"""
    ended = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    from werkzeug.security import check_password_hash

    found = [json.loads(line.removeprefix("FOUND ")) for line in ended.stdout.splitlines() if line.startswith("FOUND ")]
    assert [row[:3] for row in found] == [["jane", "Jane 'J'", ["Op", "Viewer"]], ["joe", "Joe", ["Admin"]]]
    for row, user in zip(found, USERS, strict=True):
        assert check_password_hash(row[3], user.password.text())


def test_users_of_a_local_airflow_are_one_variable_with_their_highest_role():
    assert users_as_variables(USERS) == "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=jane:op,joe:admin\n"
