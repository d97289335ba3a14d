"""URLs of databases and brokers, whose parts must be URL-encoded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from airflowkit.deploy.secrets.content.text import Fault, one_line

_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:(?P<user>[^@/?#:\[\]]*)(?::(?P<password>[^@/?#\[\]]*))?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^@/?#:\[\]]*)(?::(?P<port>\d{1,5}))?"
    r"(?:/(?P<path>[^?#]*))?(?:\?(?P<query>[^#]*))?"
)
_UNFINISHED: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_EXAMPLE: Final = re.compile(r"USER:PASSWORD@|@HOST\b")
_ENCODED: Final = "URL-encode the parts: @ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25, a space is %20"
_SSL_MODES: Final = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
_DATABASES: Final = ("postgresql", "mysql")
_BROKERS: Final = frozenset({"redis", "rediss", "amqp", "amqps", "pyamqp", "sentinel", "sqs"})


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a URL, decoded.

    Attributes:
        scheme: Such as `postgresql`.
        host: A name, or an IP address; an IPv6 one has its brackets.
        port: Its digits, or an empty string.
        user: The user name.
        password: The password.
        path: The name of the database, or a broker's virtual host.
        query: Such as `sslmode=require`.
    """

    scheme: str
    host: str
    port: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    path: str = ""
    query: str = ""

    @property
    def url(self) -> str:
        """The URL with encoded parts."""
        login = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        port = f":{self.port}" if self.port else ""
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{login}{'@' if login else ''}{self.host}{port}/{quote(self.path, safe='/')}{query}"


def parse_url(text: str) -> Address:
    """Return the parts of a URL.

    Raises:
        Fault: It is not a URL, or a character is not encoded.
    """
    line = one_line(text)
    if not (line.isascii() and " " not in line) or _UNFINISHED.search(line):
        raise Fault(f"has a character that must be encoded. {_ENCODED}")
    found = _URL.fullmatch(line)
    if not found:
        raise Fault(f"is not a URL such as SCHEME://USER:PASSWORD@HOST:PORT/NAME. {_ENCODED}")
    if _EXAMPLE.search(line):
        raise Fault("is the example, not a URL of yours")
    parts = {name: part or "" for name, part in found.groupdict().items()}
    decoded = {name: unquote(parts[name]) for name in ("user", "password", "path")}
    return Address(parts["scheme"].lower(), parts["host"], parts["port"], query=parts["query"], **decoded)


def database(text: str) -> str:
    """Check the URL of the metadata database, as SQLAlchemy reads it."""
    parse_database(text)
    return one_line(text)


def parse_database(text: str) -> Address:
    """Return the parts of a database's URL."""
    address = parse_url(text)
    dialect = address.scheme.partition("+")[0]
    if dialect == "postgres":
        raise Fault("begins with postgres://, which SQLAlchemy no longer knows: write postgresql://")
    if dialect not in _DATABASES:
        raise Fault("is not a URL of PostgreSQL or MySQL, which are what Airflow's components can share")
    if not (address.host and address.path):
        raise Fault("names no host or no database: postgresql://USER:PASSWORD@HOST:5432/NAME")
    mode = dict(parse_qsl(address.query)).get("sslmode")
    if dialect == "postgresql" and mode is not None and mode not in _SSL_MODES:
        raise Fault(f"has an sslmode that PostgreSQL does not know: {', '.join(sorted(_SSL_MODES))}")
    return address


def database_for_keda(text: str) -> str:
    """Check a database's URL that KEDA reads, too: its Go driver knows no SQLAlchemy drivers."""
    address = parse_database(text)
    if "+" in address.scheme:
        raise Fault("names a driver of SQLAlchemy, which KEDA cannot read: write postgresql://")
    return one_line(text)


def result_backend(text: str) -> str:
    """Check the URL of Celery's result backend; a database has `db+` before it (Celery's `result_backend`)."""
    line = one_line(text)
    if line.partition("://")[0].partition("+")[0] in {*_DATABASES, "postgres"}:
        raise Fault("needs db+ before it, by which Celery knows a database: db+postgresql://…")
    if line.startswith("db+"):
        database(line.removeprefix("db+"))
    else:
        parse_url(line)
    return line


def broker(text: str) -> str:
    """Check the URL of Celery's broker; several nodes are separated by semicolons."""
    line = one_line(text)
    for node in line.split(";"):
        address = parse_url(node)
        if address.scheme not in _BROKERS:
            raise Fault("is not a URL of a broker: redis://, rediss://, amqp://, amqps:// or sentinel://")
        if not address.host and address.scheme != "sqs":
            raise Fault("names no host")
        if address.scheme in {"redis", "rediss"} and address.path and not address.path.isdigit():
            raise Fault("does not end in the number of a Redis database, such as /0")
    return line


def search_engine(text: str) -> str:
    """Check the URL of Elasticsearch or OpenSearch."""
    address = parse_url(text)
    if address.scheme not in {"http", "https"} or not address.host:
        raise Fault("is not an http:// or https:// URL with a host")
    return one_line(text)


def beside(address: Address, *, host: str, port: str, path: str, query: str = "") -> Address:
    """Return the same login at another place."""
    return replace(address, host=host, port=port, path=path, query=query)
