"""What each kind of value accepts, corrects and refuses, held against the programs that read the values."""

from __future__ import annotations

import json
import subprocess

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from airflowkit.deploy.secrets.content import documents, keys, kinds, text, urls
from airflowkit.deploy.secrets.content.text import Fault

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


@pytest.fixture(scope="module")
def deploy_keys(tmp_path_factory):
    """Private keys of the kinds that people have, by name."""
    folder = tmp_path_factory.mktemp("keys")

    def make(name, *options, phrase=""):
        file = folder / name
        command = ["ssh-keygen", "-q", "-N", phrase, "-C", "", "-f", str(file), *options]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return file.read_text()

    return {
        "ed25519": make("ed25519", "-t", "ed25519"),
        "rsa as PEM": make("rsa", "-t", "rsa", "-b", "2048", "-m", "PEM"),
        "ecdsa as PKCS8": make("ecdsa", "-t", "ecdsa", "-m", "PKCS8"),
        "passphrase": make("closed", "-t", "ed25519", phrase="secret words"),
        "passphrase as PEM": make("closed-pem", "-t", "rsa", "-b", "2048", "-m", "PEM", phrase="secret words"),
        "passphrase as PKCS8": make("closed-pkcs8", "-t", "rsa", "-b", "2048", "-m", "PKCS8", phrase="secret words"),
        "public": (folder / "ed25519.pub").read_text() if (folder / "ed25519.pub").exists() else "",
    }


@pytest.mark.parametrize("name", ["ed25519", "rsa as PEM", "ecdsa as PKCS8"])
@pytest.mark.parametrize("spoil", [str, str.strip, lambda key: key.replace("\n", "\r\n"), lambda key: f"\n{key}\n\n"])
def test_a_private_key_gets_unix_line_ends_and_one_final_newline(deploy_keys, name, spoil):
    assert keys.ssh_key(spoil(deploy_keys[name])) == deploy_keys[name]


def test_ssh_itself_reads_the_corrected_key(deploy_keys, tmp_path):
    file = tmp_path / "key"
    file.touch(0o600)
    file.write_text(keys.ssh_key(deploy_keys["ed25519"].strip().replace("\n", "\r\n")))
    public = subprocess.check_output(["ssh-keygen", "-y", "-f", file], text=True)
    assert public.split()[:2] == deploy_keys["public"].split()[:2]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("passphrase", "passphrase"),
        ("passphrase as PEM", "passphrase"),
        ("passphrase as PKCS8", "passphrase"),
        ("public", "public key"),
    ],
)
def test_a_key_that_git_sync_cannot_use_is_refused(deploy_keys, name, reason):
    with pytest.raises(Fault, match=reason):
        keys.ssh_key(deploy_keys[name])


@pytest.mark.parametrize(
    "content", ["", "hello", "PuTTY-User-Key-File-3: ssh-ed25519\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"]
)
def test_what_is_no_private_key_is_refused(content):
    with pytest.raises(Fault):
        keys.ssh_key(content)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p%40ss@db.example.com:5432/airflow?sslmode=require",
        "postgresql+psycopg2://u:p@db/airflow",
        "postgresql://u@[::1]:5432/airflow",
        "mysql+mysqldb://u:p@db/airflow",
    ],
)
def test_a_url_that_sqlalchemy_reads_as_meant_is_accepted_as_it_is(url):
    from sqlalchemy.engine import make_url

    assert urls.database(url + "\n") == url
    address = urls.parse_url(url)
    read = make_url(url)
    assert (address.host.strip("[]"), address.path, address.password or None) == (
        read.host,
        read.database,
        read.password,
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@ss@db:5432/airflow",
        "postgresql://u:p/ss@db:5432/airflow",
        "postgresql://u:p#ss@db:5432/airflow",
        "postgresql://u:p?ss@db:5432/airflow",
        "postgresql://u:p ss@db:5432/airflow",
        "postgresql://u:p%ss@db:5432/airflow",
        "postgresql://u:päss@db:5432/airflow",
        "postgresql://u:p@db:port/airflow",
        "postgresql://u:p@db:5432",
        "postgresql:///airflow",
        "postgres://u:p@db:5432/airflow",
        "sqlite:////tmp/airflow.db",
        "postgresql://USER:PASSWORD@HOST:5432/airflow",
        "postgresql://u:p@db:5432/airflow?sslmode=required",
        '"postgresql://u:p@db:5432/airflow"',
        "postgresql://u:p@db:5432/airflow\nnext",
        "cG9zdGdyZXNxbDovL3U6cEBkYi9haXJmbG93",
        "",
    ],
)
def test_a_url_that_would_be_read_otherwise_is_refused_without_a_part_of_it(url):
    with pytest.raises(Fault) as refused:
        urls.database(url)
    assert "ss@db" not in str(refused.value)
    assert refused.value.__context__ is None


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1)


@given(TEXTS, TEXTS)
def test_every_user_and_password_survives_its_encoding(user, password):
    from sqlalchemy.engine import make_url

    url = urls.Address("postgresql", "db.example.com", "5432", user, password, "airflow").url
    assert urls.database(url) == url
    read, ours = make_url(url), urls.parse_url(url)
    assert (read.username, read.password, read.host) == (user, password, "db.example.com")
    assert (ours.user, ours.password, ours.host) == (user, password, "db.example.com")


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (urls.broker, "redis://:p%40w@redis:6379/0", "redis://:p@w@redis:6379/0"),
        (urls.broker, "amqps://u:p@rabbit:5671//", "http://u:p@rabbit"),
        (urls.broker, "sentinel://:p@a:26379;sentinel://:p@b:26379", "redis://:p@redis:6379/zero"),
        (urls.result_backend, "db+postgresql://u:p@db/airflow", "postgresql://u:p@db/airflow"),
        (urls.result_backend, "redis://:p@redis:6379/1", "nothing"),
        (urls.database_for_keda, "postgresql://u:p@db/airflow", "postgresql+psycopg2://u:p@db/airflow"),
        (urls.search_engine, "https://u:p@es:9200", "es:9200"),
        (text.fernet_keys, "C" * 43 + "=", "c2hvcnQ="),
        (text.fernet_keys, f"{'A' * 43}=,{'B' * 43}=", f"{'A' * 43}=, {'B' * 43}="),
        (text.random_text, "x1" * 20, "x1" * 10),
        (text.password, "correct horse", "-begins-with-a-hyphen"),
        (text.password, "S3cr3t!", "admin"),
        (text.one_line, "token", "YOUR_TOKEN"),
        (text.one_line, "token", "<token>"),
        (text.basic_auth, "a:b1,c:d1", "a:b1,c"),
        (keys.known_hosts, f"github.com {ED25519}\n", "github.com ssh-ed25519\n"),
        (keys.known_hosts, f"# a comment\n[git.example.com]:2222 {ED25519}\n", f"{ED25519}\n"),
        (documents.pgbouncer_users, '"a" "b""c"\n', "a b\n"),
        (documents.pgbouncer_ini, "[databases]\na = host=b\n[pgbouncer]\n", "[pgbouncer]\n"),
        (documents.connection, '{"conn_type": "wasb", "login": "a"}', '{"conn_type": "wasb", "user": "a"}'),
        (documents.connection, "aws://AKIA:se%2Fcret@/?region_name=eu", "aws://AKIA:se/cret@/"),
        (documents.connection, '{"conn_type": "http", "extra": "{}"}', '{"conn_type": "http", "extra": "x"}'),
        (documents.connection, '{"conn_type": "http", "port": "80"}', '{"conn_type": "http", "port": "eighty"}'),
        (documents.connection, '{"conn_type": "http"}', '{"password": "x"}'),
        (documents.connection, '{"conn_type": "http"}', '{"conn_type": "http", "conn_type": "https"}'),
        (documents.connection, '{"conn_type": "http"}', '{"conn_type": "http"'),
        (documents.registry, documents.registry_login("r.example.com", "u", "p"), '{"auths": {"r.example.com": {}}}'),
        (documents.registry, '{"auths": {"r": {"username": "u", "password": "p"}}}', '{"auths": {}}'),
        (documents.registry, '{"auths": {"r": {"auth": "dTpw"}}}', '{"auths": {"r": {"auth": "u:p"}}}'),
    ],
)
def test_each_kind_takes_the_good_and_refuses_the_bad(check, good, bad):
    assert check(good) == good
    with pytest.raises(Fault) as refused:
        check(bad)
    assert refused.value.__context__ is None
    assert "\n" not in str(refused.value)


def test_a_git_connection_with_a_private_key_is_checked_to_the_key(deploy_keys):
    def of(key):
        return json.dumps({"conn_type": "git", "host": "git@h:a/b.git", "extra": {"private_key": key}})

    assert documents.connection(of(deploy_keys["ed25519"]))
    for key in (deploy_keys["passphrase"], deploy_keys["ed25519"].strip(), "x"):
        with pytest.raises(Fault, match="private_key"):
            documents.connection(of(key))


GENERATED = [kind for kind in vars(kinds).values() if isinstance(kind, kinds.Kind) and kind.generate]


@pytest.mark.parametrize("kind", GENERATED, ids=lambda kind: kind.what)
def test_what_is_generated_passes_its_own_check_and_is_never_the_same(kind):
    assert kind.check(kind.generate()) != kind.check(kind.generate())


def test_a_generated_fernet_key_is_one_for_airflow():
    assert Fernet(kinds.fernet_key().encode())


ASKED = [
    it for it in (*vars(kinds).values(), *kinds.CONNECTIONS.values()) if isinstance(it, kinds.Kind) and it.questions
]


@pytest.mark.parametrize("kind", ASKED, ids=lambda kind: kind.what)
def test_what_is_assembled_of_answers_passes_the_check(kind, deploy_keys):
    answers = {
        each.name: deploy_keys["ed25519"] if each.file else each.default or "a b@c:/%?#é" for each in kind.questions
    }
    answers |= {"host": "db.example.com"} if "host" in answers else {}
    assert kind.check(kind.assemble(answers))


@pytest.mark.parametrize("conn_type", [name for name, kind in kinds.CONNECTIONS.items() if kind.questions])
def test_airflow_reads_the_assembled_connections(conn_type, deploy_keys):
    from airflow.sdk import Connection

    kind = kinds.CONNECTIONS[conn_type]
    answers = {each.name: deploy_keys["ed25519"] if each.file else "p@ss" for each in kind.questions}
    read = Connection.from_json(kind.assemble(answers), conn_id="x")
    assert read.password == "p@ss"


def test_a_file_of_powershell_is_named_as_such():
    with pytest.raises(Fault, match="PowerShell"):
        text.readable("secret".encode("utf-16"))


def test_the_url_of_a_teams_workflow_becomes_its_connection():
    url = "https://prod-1.westeurope.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?sp=%2Frun&sig=x-y_z"
    assert json.loads(documents.teams_connection(url + "\n")) == {"conn_type": "http", "password": url}
    assert documents.teams_connection(json.dumps({"conn_type": "http", "password": url}))
    with pytest.raises(Fault):
        documents.teams_connection("prod-1.westeurope.logic.azure.com/workflows/a")
