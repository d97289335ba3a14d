"""`airflowkit connections`: what is written, what is refused, and that no secret is shown unasked."""

from __future__ import annotations

import json
import stat
import subprocess

import pytest
import yaml

from cli.secret_commands import PLANTED, Session


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A git repository that ignores .env, and the current folder."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text(".env\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def connection(text: str, conn_id: str) -> dict[str, object]:
    line = next(line for line in text.splitlines() if line.startswith(f"AIRFLOW_CONN_{conn_id.upper()}="))
    return json.loads(line.partition("=")[2].strip("'"))


def test_a_file_takes_its_secrets_from_the_environment_and_from_files_beside_it(folder, command, monkeypatch):
    (folder / "keys").mkdir()
    (folder / "keys/deploy").write_text("-----BEGIN X-----\r\na\r\n-----END X-----\r\n")
    (folder / "keys/token").write_text(f"{PLANTED}\n")
    (folder / "keys/connections.yaml").write_text("""
wasb_default: {conn_type: wasb, login: mystorage, password: !env AZURE_KEY}
other: {conn_type: http, password: !file token, extra: {pem: !file deploy}}
""")
    monkeypatch.setenv("AZURE_KEY", f"{PLANTED}-2")
    status, out, err = command("connections", "keys/connections.yaml")
    assert (status, err) == (0, "")
    assert connection(out, "wasb_default") == {"conn_type": "wasb", "login": "mystorage", "password": f"{PLANTED}-2"}
    assert connection(out, "other")["password"] == PLANTED
    assert connection(out, "other")["extra"] == {"pem": "-----BEGIN X-----\na\n-----END X-----\n"}


def test_an_output_is_ignored_by_git_and_only_its_owner_can_read_it(folder, command, monkeypatch):
    monkeypatch.setenv("KEY", PLANTED)
    arguments = ("--conn-id", "wasb_default", "--conn-login", "mystorage", "--conn-password-env", "KEY", "--output")
    status, out, err = command("connections", *arguments, "tracked.env")
    assert status == 2
    assert "git does not ignore tracked.env" in err
    assert not (folder / "tracked.env").exists()
    status, out, err = command("connections", *arguments, ".env")
    assert (status, out) == (0, "")
    assert PLANTED not in err
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert connection((folder / ".env").read_text(), "wasb_default")["password"] == PLANTED


def test_users_become_commands_for_a_pod_with_generated_passwords(folder, command):
    (folder / "users.yaml").write_text(
        "- {username: jane, email: jane@example.com, firstname: Jane, lastname: Doe, roles: [Op, Viewer]}\n"
    )
    status, out, _err = command("connections", "--users", "users.yaml", "--format", "kubectl", "-n", "airflow")
    assert status == 0
    create, add_role = out.splitlines()
    prefix = "kubectl exec --namespace airflow deploy/airflow-scheduler -- airflow users"
    assert create.startswith(f"{prefix} create --username jane ")
    assert len(create.partition("--password=")[2]) == 24
    assert add_role == f"{prefix} add-role --username jane --role Viewer"


def test_the_secret_is_one_manifest(folder, command):
    (folder / "c.json").write_text(json.dumps({"db": f"postgres://u:{PLANTED}@host/db"}))
    status, out, _err = command("connections", "c.json", "--format", "secret", "--name", "conns", "-n", "data")
    assert status == 0
    document = yaml.safe_load(out)
    assert document["metadata"] == {"name": "conns", "namespace": "data"}
    assert document["stringData"] == {"AIRFLOW_CONN_DB": f"postgres://u:{PLANTED}@host/db"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no connections"),
        ("- a", "has no connections"),
        ("a: {conn_type: http, password: !env NOT_SET_HERE}", "line 1: !env NOT_SET_HERE is not set"),
        ("a: {conn_type: http, password: !file nothing}", "!file nothing cannot be read: No such file"),
        ("a: {conn_type: http, password: !prompt Password}", "needs a terminal"),
        ("a: {conn_type: http, password: !vault x}", "the tag !vault has no meaning here"),
        ("a: {conn_type: http, password: !env [x]}", "!env takes a text"),
        (f"a: {{conn_type: http, password: '{PLANTED}', password: x}}", "the key 'password' is there twice"),
        (f"a: {{conn_type: http, pasword: '{PLANTED}'}}", "does not know; did you mean 'password'"),
        (f"a: {{password: '{PLANTED}'}}", "has no conn_type"),
        ("a: {conn_type: http, login: 5}", "login that is not a string. Quote it"),
        ("a: {conn_type: http, port: many}", "port that is not a number"),
        ("a: {conn_type: http, extra: [1]}", "an extra that is not an object"),
        (f"a: http://u:{PLANTED}@@host", "the connection a "),
        (f"a: '{PLANTED}'", "the connection a "),
        ("a: 5", "has no conn_type"),
        ("a: null", "has no conn_type"),
        ("'a b': {conn_type: http}", "is not a valid connection id"),
        ("{a: {conn_type: http}, A: {conn_type: http}}", "would hold two connections"),
        (f"a: {{conn_type: '{PLANTED}", "is not valid YAML: line 1"),
        ("a: &a {conn_type: http, extra: *a}", ""),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line_without_its_secrets(folder, command, text, words):
    (folder / "c.yaml").write_text(text)
    status, out, err = command("connections", "c.yaml")
    assert (status, out) == (2, "")
    assert words in err
    assert err.startswith("airflowkit: ")
    assert len(err.splitlines()) == 1
    assert PLANTED not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a file of connections"),
        (["missing.yaml"], "missing.yaml cannot be read"),
        (["."], "cannot be read: Is a directory"),
        (["--conn-id", "orders"], "--conn-type"),
        (["--conn-id", "wasb_default"], "--conn-login"),
        (["--conn-id", "wasb_default", "--conn-login", "a"], "--conn-password-env or --conn-password-file"),
        (["--conn-id", "a", "--conn-type", "http", "--conn-extra", "{"], "--conn-extra: not valid JSON"),
        (["--conn-id", "a", "--conn-type", "http", "--conn-extra", "[]"], "not a JSON object"),
        (["--conn-id", "a", "--conn-type", "http", "--conn-password-env", "NOT_SET_HERE"], "is not set"),
        (["--conn-id", "a", "--conn-type", "http", "--conn-password-file", "no"], "no cannot be read"),
        (["--conn-id", "a", "--conn-type", "http", "--conn-password", PLANTED], "--conn-password"),
        (["--conn-id", "a-b", "--conn-type", "http"], "AIRFLOW_CONN_A-B"),
        (["--users", "users.yaml", "--format", "secret"], "users are in no Secret"),
        (["--users", "users.yaml"], "simple auth manager cannot have the user jane"),
        (["--conn-id", "a", "--conn-type", "http", "--output", "no/such/.env"], "there is no folder"),
    ],
)
def test_wrong_use_is_one_line(folder, command, arguments, words):
    (folder / "users.yaml").write_text(
        "- {username: jane, email: j@example.com, firstname: J, lastname: D, roles: [Ours]}\n"
    )
    status, out, err = command("connections", *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1
    assert PLANTED not in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{a: b}", "is not a list of users"),
        ("- 5", "user 1 is not a mapping"),
        ("- {username: j, email: j@e.com, firstname: J, roles: [Op]}", "user 1 has no lastname"),
        ("- {username: j, email: j, firstname: J, lastname: D, roles: [Op]}", "email that is not an address"),
        ("- {username: j, email: j@e.com, firstname: J, lastname: D, roles: Op}", "roles that are not a list"),
        (
            "- {username: 5, email: j@e.com, firstname: J, lastname: D, roles: [Op]}",
            "username that is not a line of text",
        ),
        ("- {user: j, email: j@e.com, firstname: J, lastname: D, roles: [Op]}", "unknown field 'user'"),
        (
            "- &u {username: j, email: j@e.com, firstname: J, lastname: D, roles: [Op]}\n- *u\n",
            "two users have the username j",
        ),
    ],
)
def test_what_is_wrong_with_users_is_one_line(folder, command, text, words):
    (folder / "u.yaml").write_text(text)
    status, out, err = command("connections", "--users", "u.yaml", "--format", "airflow")
    assert (status, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1


def test_a_terminal_is_asked_for_what_a_known_connection_lacks_and_shows_no_secret(folder):
    session = Session("--conn-id", "aws_default", "--output", ".env", cwd=folder, command="connections")
    session.expect("access key id")
    session.expect(": ")
    session.send("AKIAEXAMPLE\r")
    session.expect("secret access key, hidden: ")
    session.send(f"{PLANTED}\r")
    session.expect("region")
    session.send("\r")
    assert session.end() == 0
    assert connection((folder / ".env").read_text(), "aws_default") == {
        "conn_type": "aws",
        "login": "AKIAEXAMPLE",
        "password": PLANTED,
        "extra": {"region_name": "us-east-1"},
    }


def test_a_terminal_is_asked_for_the_prompts_of_a_file(folder):
    (folder / "c.yaml").write_text('a: {conn_type: http, password: !prompt "Token of the API"}\n')
    session = Session("c.yaml", "--output", ".env", cwd=folder, command="connections")
    session.expect("Token of the API, hidden: ")
    session.send("\r")
    session.expect("It is empty")
    session.expect("Token of the API, hidden: ")
    session.send(f"{PLANTED}\r")
    assert session.end() == 0
    assert connection((folder / ".env").read_text(), "a")["password"] == PLANTED


def test_a_terminal_shows_secrets_only_when_asked_to(folder):
    (folder / "c.yaml").write_text("a: {conn_type: http, login: visible}\n")
    refused = Session("c.yaml", cwd=folder, command="connections")
    refused.expect("the terminal would show secrets")
    assert refused.end() == 2
    shown = Session("c.yaml", "--show", cwd=folder, command="connections")
    shown.expect("visible")
    assert shown.end() == 0


def test_the_teams_workflow_is_a_connection_whose_password_is_its_url(folder, command, monkeypatch):
    monkeypatch.setenv("WORKFLOW", "https://example.com/workflows/x?sig=a%2Fb&sp=%2F")
    status, out, _err = command("connections", "--conn-id", "msteams_webhook_url", "--conn-password-env", "WORKFLOW")
    assert status == 0
    expected = {"conn_type": "http", "password": "https://example.com/workflows/x?sig=a%2Fb&sp=%2F"}
    assert connection(out, "msteams_webhook_url") == expected


def test_kubernetes_needs_nothing_but_its_id(command):
    status, out, _err = command("connections", "--conn-id", "kubernetes_default", "--conn-type", "kubernetes")
    assert status == 0
    assert connection(out, "kubernetes_default") == {"conn_type": "kubernetes"}
