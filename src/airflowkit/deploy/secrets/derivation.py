"""Values that follow from others: one database, and what PgBouncer, Celery and KEDA must know of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from airflowkit.deploy.secrets.content.urls import Address, beside

if TYPE_CHECKING:
    from airflowkit.deploy.secrets.deployment import Deployment

_PLAIN: Final = re.compile(r"[\w.:\[\]-]+")


def pgbouncer_host(deployment: Deployment) -> str:
    """Return the host by which Airflow reaches the chart's PgBouncer (its metadata-connection-secret.yaml)."""
    return f"{deployment.fullname}-pgbouncer.{deployment.namespace}"


def through_pgbouncer(database: Address, deployment: Deployment) -> str:
    """Return the URL of the metadata database through PgBouncer, which takes plain connections."""
    query = "sslmode=disable" if database.scheme.startswith("postgresql") else ""
    path = f"{deployment.release}-metadata"
    return beside(database, host=pgbouncer_host(deployment), port=_port(deployment), path=path, query=query).url


def pgbouncer_stats(database: Address, deployment: Deployment) -> str:
    """Return the URL by which the sidecar in PgBouncer's pod reads its metrics."""
    address = beside(database, host="127.0.0.1", port=_port(deployment), path="pgbouncer", query="sslmode=disable")
    return address.url


def pgbouncer_users(database: Address) -> str:
    """Return PgBouncer's list of users, with the password that it also logs in with."""
    user, password = (text.replace('"', '""') for text in (database.user, database.password))
    return f'"{user}" "{password}"\n'


def pgbouncer_ini(database: Address, deployment: Deployment) -> str:
    """Return PgBouncer's configuration, as the chart writes it where the values hold the password.

    `extraIni` comes last, and wins: PgBouncer takes the last value of a setting.
    """
    value = deployment.value
    place = f"host={_quoted(database.host.strip('[]'))} port={database.port or '5432'} dbname={_quoted(database.path)}"
    mode = dict(parse_qsl(database.query)).get("sslmode", value("pgbouncer.sslmode", "prefer"))
    certificates = {
        "server_tls_ca_file": "ca" if value("pgbouncer.ssl.ca") else "",
        "server_tls_cert_file": "cert" if value("pgbouncer.ssl.cert") else "",
        "server_tls_key_file": "key" if value("pgbouncer.ssl.key") else "",
    }
    files = {"ca": "root.crt", "cert": "server.crt", "key": "server.key"}
    settings = {
        "pool_mode": "transaction",
        "listen_port": _port(deployment),
        "listen_addr": "*",
        "auth_type": value("pgbouncer.auth_type", "scram-sha-256"),
        "auth_file": value("pgbouncer.auth_file", "/etc/pgbouncer/users.txt"),
        "stats_users": database.user,
        "ignore_startup_parameters": "extra_float_digits",
        "max_client_conn": value("pgbouncer.maxClientConn", 100),
        # Airflow's drivers, psycopg and asyncpg, prepare statements, which a transaction pool must know: PgBouncer 1.21
        # and newer can, and the chart's 1.23 does not unless it is told.
        "max_prepared_statements": 100,
        "server_tls_sslmode": mode,
        **{name: f"/etc/pgbouncer/{files[key]}" for name, key in certificates.items() if key},
    }
    lines = [
        "[databases]",
        f"{deployment.release}-metadata = {place} pool_size={value('pgbouncer.metadataPoolSize', 10)}",
        f"{deployment.release}-result-backend = {place} pool_size={value('pgbouncer.resultBackendPoolSize', 5)}",
        "",
        "[pgbouncer]",
        *(f"{name} = {setting}" for name, setting in settings.items()),
        *str(value("pgbouncer.extraIni", "")).splitlines(),
    ]
    return "\n".join(lines) + "\n"


def result_backend(metadata: Address, deployment: Deployment) -> str:
    """Return the URL of Celery's results, which go into the metadata database (Airflow's own default)."""
    path = metadata.path
    if deployment.enabled("pgbouncer") and path == f"{deployment.release}-metadata":
        path = f"{deployment.release}-result-backend"
    place = {"host": metadata.host, "port": metadata.port, "path": path, "query": metadata.query}
    return f"db+{beside(metadata, **place).url}"


def broker_of_chart(password: str, deployment: Deployment) -> str:
    """Return the URL of the chart's own Redis (its redis-secrets.yaml)."""
    return Address("redis", f"{deployment.fullname}-redis", "6379", password=password, path="0").url


def _port(deployment: Deployment) -> str:
    return str(deployment.value("ports.pgbouncer", 6543))


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else "'{}'".format(text.replace("'", "''"))
