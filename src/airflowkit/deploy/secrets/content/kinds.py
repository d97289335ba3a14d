"""The kinds of content that keys of Secrets have: what each is, its form, its check, and how it is made."""

from __future__ import annotations

import base64
import json
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.secrets.content import documents, keys, text, urls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LETTERS: Final = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Question:
    """One part of a value that is asked for part by part.

    Attributes:
        name: The part's name for `assemble`.
        label: What is asked.
        default: What Enter answers; empty if there must be an answer.
        hidden: Whether the answer is not shown while it is typed.
        file: Whether the answer is the path of a file that contains the part.
    """

    name: str
    label: str
    default: str = ""
    hidden: bool = False
    file: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """What a key of a Secret must contain.

    Attributes:
        what: What it is, in a few words.
        form: What it looks like.
        check: Returns the value as it is stored, or raises a Fault.
        generate: Makes a value, or None where somebody else decides it.
        ask_first: Whether a value is asked for on a terminal before one is generated.
        file: Whether it has several lines, so that a path is asked for.
        binary: Whether it need not be text.
        questions: Its parts, for those who do not have the whole.
        assemble: Makes the value of the answers.
    """

    what: str
    form: str
    check: Callable[[str], str] = text.anything
    generate: Callable[[], str] | None = None
    ask_first: bool = False
    file: bool = False
    binary: bool = False
    questions: tuple[Question, ...] = ()
    assemble: Callable[[Mapping[str, str]], str] | None = None


def random_password() -> str:
    """Return a password without characters that a shell, a URL or an option parser treats specially."""
    return "".join(secrets.choice(_LETTERS) for _ in range(24))


def fernet_key() -> str:
    """Return a new Fernet key, as `cryptography.fernet.Fernet.generate_key` makes them."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _flower_login() -> str:
    return f"airflow:{random_password()}"


def _of_database(answers: Mapping[str, str]) -> str:
    return urls.Address(
        "postgresql",
        answers["host"],
        answers["port"],
        answers["user"],
        answers["password"],
        answers["name"],
        f"sslmode={answers['sslmode']}",
    ).url


def _of_registry(answers: Mapping[str, str]) -> str:
    return documents.registry_login(answers["host"], answers["user"], answers["password"])


def _connection(conn_type: str, *questions: Question, extra: tuple[str, ...] = ()) -> Kind:
    """Return the kind of a connection of a known type, whose parts can be asked for."""

    def assemble(answers: Mapping[str, str]) -> str:
        given = {name: answer for name, answer in answers.items() if answer and answer != "-"}
        inner = {name: given.pop(name) for name in extra if name in given}
        return json.dumps({"conn_type": conn_type, **given, **({"extra": inner} if inner else {})})

    shown = ", ".join(f'"{question.name}": "…"' for question in questions if question.name not in extra)
    return Kind(
        f"an Airflow connection of type {conn_type}",
        f'a URI, or JSON such as {{"conn_type": "{conn_type}", {shown}}}',
        documents.connection,
        questions=questions,
        assemble=assemble,
    )


ANYTHING: Final = Kind("a value that your deployment reads", "any text")
WHOLE_FILE: Final = Kind("a file that your deployment reads", "any file", file=True, binary=True)
FERNET: Final = Kind(
    "the key that encrypts connections and variables in the database",
    "32 bytes in URL-safe base64; a database that already has encrypted connections needs its old key",
    text.fernet_keys,
    generate=fernet_key,
    ask_first=True,
)
SIGNING: Final = Kind("a key that signs", "random text", text.random_text, generate=lambda: secrets.token_hex(64))
"""64 random bytes: PyJWT warns about shorter keys for HS512, which Airflow's `[api_auth] jwt_secret` uses."""
DATABASE: Final = Kind(
    "the URL of the metadata database",
    "postgresql://USER:PASSWORD@HOST:5432/NAME?sslmode=require, with URL-encoded parts",
    urls.database,
    questions=(
        Question("host", "host of the database"),
        Question("port", "port", "5432"),
        Question("name", "name of the database", "airflow"),
        Question("user", "user", "airflow"),
        Question("password", "password", hidden=True),
        Question("sslmode", "sslmode", "require"),
    ),
    assemble=_of_database,
)
DATABASE_FOR_KEDA: Final = Kind(
    "the database's own URL, for KEDA",
    "postgresql://USER:PASSWORD@HOST:5432/NAME?sslmode=require, with URL-encoded parts",
    urls.database_for_keda,
    questions=DATABASE.questions,
    assemble=_of_database,
)
RESULT_BACKEND: Final = Kind(
    "the URL of Celery's result backend", "db+postgresql://USER:PASSWORD@HOST:5432/NAME", urls.result_backend
)
BROKER: Final = Kind(
    "the URL of Celery's broker",
    "redis://:PASSWORD@HOST:6379/0 or amqp://USER:PASSWORD@HOST:5672/VHOST, with URL-encoded parts",
    urls.broker,
)
REDIS_PASSWORD: Final = Kind(
    "the password of the chart's Redis", "any text of one line", text.password, generate=random_password
)
FLOWER: Final = Kind("the logins of Flower", "USER:PASSWORD", text.basic_auth, generate=_flower_login)
USER_PASSWORD: Final = Kind(
    "the password of the first user", "any text of one line", text.password, generate=random_password
)
SSH_KEY: Final = Kind(
    "the private deploy key that git-sync clones with",
    "an OpenSSH or PEM private key without a passphrase",
    keys.ssh_key,
    file=True,
)
KNOWN_HOSTS: Final = Kind(
    "the host keys of the git server",
    "lines of `ssh-keyscan HOST`, compared with its own page",
    keys.known_hosts,
    file=True,
)
GIT_USER: Final = Kind("the user that git-sync clones with", "such as x-access-token on GitHub", text.one_line)
GIT_TOKEN: Final = Kind("the token that git-sync clones with", "a token that may read the repository", text.one_line)
REGISTRY: Final = Kind(
    "the login at the image registry",
    'JSON: {"auths": {"REGISTRY": {"username": "…", "password": "…"}}}',
    documents.registry,
    questions=(
        Question("host", "registry, as in the image's name; https://index.docker.io/v1/ for Docker Hub"),
        Question("user", "user"),
        Question("password", "password or token", hidden=True),
    ),
    assemble=_of_registry,
)
PGBOUNCER_INI: Final = Kind("PgBouncer's configuration", "a pgbouncer.ini", documents.pgbouncer_ini, file=True)
PGBOUNCER_USERS: Final = Kind(
    "the users that PgBouncer knows", '"USER" "PASSWORD" in each line', documents.pgbouncer_users, file=True
)
PGBOUNCER_STATS: Final = Kind(
    "the URL by which PgBouncer's metrics are read",
    "postgresql://USER:PASSWORD@127.0.0.1:6543/pgbouncer?sslmode=disable",
    urls.database,
)
SEARCH_ENGINE: Final = Kind(
    "the URL of the log store", "https://USER:PASSWORD@HOST:9200, with URL-encoded parts", urls.search_engine
)
CERTIFICATE: Final = Kind("the certificate of an ingress", "a chain in PEM", keys.certificate, file=True)
CERTIFICATE_KEY: Final = Kind("the private key of an ingress' certificate", "PEM", keys.pem_key, file=True)
CONNECTION: Final = Kind(
    "an Airflow connection",
    'a URI, or JSON such as {"conn_type": "http", "host": "…", "login": "…", "password": "…"}',
    documents.connection,
)
CONNECTIONS: Final[Mapping[str, Kind]] = {
    "wasb": _connection("wasb", Question("login", "storage account"), Question("password", "account key", hidden=True)),
    "aws": _connection(
        "aws",
        Question("login", "access key id"),
        Question("password", "secret access key", hidden=True),
        Question("region_name", "region", "us-east-1"),
        extra=("region_name",),
    ),
    "git": _connection(
        "git",
        Question("host", "URL of the repository, https://… or git@…"),
        Question("login", "user; x-access-token on GitHub, - for ssh", "-"),
        Question("password", "token; Enter for ssh", "-", hidden=True),
        Question("private_key", "file with the private key; Enter for https", "-", file=True),
        extra=("private_key",),
    ),
    "teams": Kind(
        "the connection to the Teams workflow",
        'the whole URL of the workflow, or JSON: {"conn_type": "http", "password": "URL"}',
        documents.teams_connection,
    ),
}
"""Connections by their type, as in the providers' documentation; `teams` is our own (docs/how-to/alerts.md)."""
TYPES_BY_ID: Final = {
    "wasb_default": "wasb",
    "aws_default": "aws",
    "git_default": "git",
    "msteams_webhook_url": "teams",
}
"""The types of connections by the ids that providers, and airflowkit's alerts, use by default."""
