"""What follows from one database's URL, held against a real PostgreSQL behind a real PgBouncer."""

from __future__ import annotations

import itertools
import subprocess
from configparser import ConfigParser

import pytest

from airflowkit.deploy.secrets import derivation
from airflowkit.deploy.secrets.content.urls import Address, beside, parse_url
from airflowkit.deploy.secrets.deployment import Deployment
from deploy.real.installation import free_port
from deploy.real.services import pgbouncer, postgres, wait_for_port

NUMBERS = itertools.count()
PASSWORDS = ["plain", "p@ss/w?rd#%:", "double\"quote'single", "back\\slash $HOME `x` {}", "ünïcode  two spaces"]


@pytest.fixture(scope="module")
def server():
    with postgres() as running:
        yield running


@pytest.mark.slow
@pytest.mark.services
@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("name", ["airflow", "it's a name"])
def test_airflow_reaches_the_database_through_pgbouncer(server, password, name):
    user = f"user{next(NUMBERS)}"
    name = f"{name} {user}" if " " in name else f"{name}_{user}"
    server.database(name, user, password)
    database = Address("postgresql", "127.0.0.1", str(server.port), user, password, name, "sslmode=prefer")
    own_port = free_port()
    values = {"pgbouncer": {"auth_file": f"{server.folder}/users.txt"}, "ports": {"pgbouncer": own_port}}
    deployment = Deployment(values, release="prod", namespace="data")
    ini = derivation.pgbouncer_ini(database, deployment).replace("= *", "= 127.0.0.1") + "unix_socket_dir =\n"

    through = parse_url(derivation.through_pgbouncer(database, deployment))
    enabled = Deployment({"pgbouncer": {"enabled": True}}, "prod", "data")
    results = parse_url(derivation.result_backend(through, enabled))
    stats = parse_url(derivation.pgbouncer_stats(database, deployment))
    assert through.host == results.host == "prod-pgbouncer.data"
    with pgbouncer(server.folder, {"pgbouncer.ini": ini, "users.txt": derivation.pgbouncer_users(database)}):
        wait_for_port(own_port)
        for address, query, expected in [
            (through, "select current_database()", name),
            (results, "select current_user", user),
            (stats, "show version", "PgBouncer"),
        ]:
            reached = beside(address, host="127.0.0.1", port=str(own_port), path=address.path, query=address.query)
            command = ["psql", reached.url.removeprefix("db+"), "-Atc", query]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            assert expected in ended.stdout, ended.stderr


def test_a_transaction_pool_knows_the_statements_that_airflows_drivers_prepare():
    database = parse_url("postgresql://airflow:secret@db.example.com/airflow")
    parser = ConfigParser()
    parser.read_string(derivation.pgbouncer_ini(database, Deployment({})))
    assert parser["pgbouncer"]["pool_mode"] == "transaction"
    assert int(parser["pgbouncer"]["max_prepared_statements"]) > 0


def test_the_charts_redis_is_reached_with_its_password():
    read = parse_url(derivation.broker_of_chart("p@ss/w:rd", Deployment({}, release="prod")))
    assert (read.host, read.port, read.user, read.password, read.path) == ("prod-redis", "6379", "", "p@ss/w:rd", "0")
