"""What follows from one database's URL, held against a real PostgreSQL behind a real PgBouncer."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import time
from configparser import ConfigParser
from pathlib import Path

import pytest

from airflowkit.deploy.secrets import derivation
from airflowkit.deploy.secrets.content.urls import Address, beside, parse_url
from airflowkit.deploy.secrets.deployment import Deployment

POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
KEEPS_STATEMENTS = bool(PGBOUNCER) and "max_prepared_statements" in str(Path(PGBOUNCER).read_bytes())
"""PgBouncer 1.21 and newer; Debian 12 has an older one, and the chart a newer."""
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
NUMBERS = itertools.count()
PASSWORDS = ["plain", "p@ss/w?rd#%:", "double\"quote'single", "back\\slash $HOME `x` {}", "ünïcode  two spaces"]


def free_port() -> str:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return str(held.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A PostgreSQL server as a user that is not root; yields its port, and how to run programs beside it."""
    if not (POSTGRES and PGBOUNCER and os.geteuid() == 0):
        pytest.skip("no PostgreSQL and PgBouncer, or not root: apt-get install postgresql pgbouncer")
    folder = tmp_path_factory.mktemp("database")
    for place in (folder, *folder.parents[:3]):
        place.chmod(0o755)
    data, port = folder / "data", free_port()
    shutil.chown(folder, "postgres", "postgres")

    def run(*command, **options):
        return subprocess.run([*AS_POSTGRES, *map(str, command)], check=True, **options)

    options = [
        "--auth=trust",
        "--auth-host=scram-sha-256",
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    run(POSTGRES / "initdb", "-D", data, *options, capture_output=True)
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(POSTGRES / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start", capture_output=True)
    yield port, folder, run
    run(POSTGRES / "pg_ctl", "-D", data, "-m", "fast", "stop")


@pytest.mark.slow
@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("name", ["airflow", "it's a name"])
def test_airflow_reaches_the_database_through_pgbouncer(server, password, name):
    port, folder, run = server
    user, literal = f"user{next(NUMBERS)}", password.replace("'", "''")
    name = f"{name} {user}" if " " in name else f"{name}_{user}"
    for statement in (f"CREATE ROLE {user} LOGIN PASSWORD '{literal}'", f'CREATE DATABASE "{name}" OWNER {user}'):
        run("psql", "-h", folder, "-p", port, "-U", "postgres", "-qc", statement)

    database = Address("postgresql", "127.0.0.1", port, user, password, name, "sslmode=prefer")
    own_port = free_port()
    users = folder / "users.txt"
    values = {"pgbouncer": {"auth_file": str(users)}, "ports": {"pgbouncer": own_port}}
    deployment = Deployment(values, release="prod", namespace="data")
    ini = folder / "pgbouncer.ini"
    users.write_text(derivation.pgbouncer_users(database))
    text = derivation.pgbouncer_ini(database, deployment).replace("= *", "= 127.0.0.1") + "unix_socket_dir =\n"
    ini.write_text(text if KEEPS_STATEMENTS else text.replace("max_prepared_statements = 100\n", ""))

    through = parse_url(derivation.through_pgbouncer(database, deployment))
    enabled = Deployment({"pgbouncer": {"enabled": True}}, "prod", "data")
    results = parse_url(derivation.result_backend(through, enabled))
    stats = parse_url(derivation.pgbouncer_stats(database, deployment))
    assert through.host == results.host == "prod-pgbouncer.data"
    bouncer = subprocess.Popen([*AS_POSTGRES, PGBOUNCER, "-q", ini], stderr=subprocess.DEVNULL)
    try:
        wait_for(own_port)
        for address, query, expected in [
            (through, "select current_database()", name),
            (results, "select current_user", user),
            (stats, "show version", "PgBouncer"),
        ]:
            reached = beside(address, host="127.0.0.1", port=own_port, path=address.path, query=address.query)
            command = ["psql", reached.url.removeprefix("db+"), "-Atc", query]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            assert expected in ended.stdout, ended.stderr
    finally:
        bouncer.terminate()
        bouncer.wait()


def test_pgbouncer_keeps_prepared_statements_unless_the_values_say_otherwise():
    """asyncpg, the API server's driver, prepares each statement: without it every second query fails."""
    database = Address("postgresql", "db.example.com", "5432", "airflow", "secret", "airflow")
    for values, kept in [({}, 100), ({"pgbouncer": {"extraIni": "max_prepared_statements = 7"}}, 7)]:
        parser = ConfigParser(strict=False)
        parser.read_string(derivation.pgbouncer_ini(database, Deployment(values, release="prod")))
        assert parser.getint("pgbouncer", "max_prepared_statements") == kept
        assert parser["pgbouncer"]["pool_mode"] == "transaction"


def wait_for(port: str) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", int(port))) == 0:
                return
        time.sleep(0.1)
    pytest.fail("PgBouncer does not listen")


def test_the_charts_redis_is_reached_with_its_password():
    read = parse_url(derivation.broker_of_chart("p@ss/w:rd", Deployment({}, release="prod")))
    assert (read.host, read.port, read.user, read.password, read.path) == ("prod-redis", "6379", "", "p@ss/w:rd", "0")
