"""The services beside an Airflow, from Debian's packages, each with a folder and ports of its own on loopback."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from deploy.real.installation import free_port, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
RABBITMQ = next(iter(Path("/usr/lib/rabbitmq/lib").glob("*/sbin/rabbitmq-server")), None)
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def program(name: str) -> str:
    """Return where a program is; those of administrators may not be on the path."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin") or ""


PGBOUNCER = program("pgbouncer")


def are_installed() -> bool:
    return bool(POSTGRES and PGBOUNCER and program("redis-server") and RABBITMQ)


def wait_for_port(port: int) -> None:
    def listens() -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    wait_for(listens, f"nothing listens on port {port}")


class Postgres:
    """A PostgreSQL server, with a superuser on its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()

    def run(self, *command: str | Path, quietly: bool = False) -> None:
        """Run a program as PostgreSQL's user."""
        subprocess.run([*AS_POSTGRES, *map(str, command)], check=True, capture_output=quietly)

    def database(self, name: str, user: str, password: str) -> None:
        """Create a user with a database."""
        literal = password.replace("'", "''")
        for statement in (f"CREATE ROLE {user} LOGIN PASSWORD '{literal}'", f'CREATE DATABASE "{name}" OWNER {user}'):
            self.run("psql", "-h", self.folder, "-p", str(self.port), "-U", "postgres", "-qc", statement)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL server as a user that is not root, who may not look into pytest's own folders."""
    assert POSTGRES
    with TemporaryDirectory(prefix="postgres-") as name:
        folder, data = Path(name), Path(name) / "data"
        shutil.chown(folder, "postgres", "postgres")
        server = Postgres(folder)
        options = ["--auth=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        server.run(POSTGRES / "initdb", "-D", data, "--username=postgres", *options, quietly=True)
        settings = f"-p {server.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        server.run(POSTGRES / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start", quietly=True)
        try:
            yield server
        finally:
            server.run(POSTGRES / "pg_ctl", "-D", data, "-m", "fast", "stop", quietly=True)


def understood(ini: str) -> str:
    """Return a configuration that this PgBouncer knows: before 1.21 only a session finds what it prepared."""
    version = subprocess.run([PGBOUNCER, "--version"], capture_output=True, text=True, check=True).stdout
    if [int(number) for number in re.findall(r"\d+", version)[:2]] >= [1, 21]:
        return ini
    by_session = ini.replace("pool_mode = transaction", "pool_mode = session").replace("pool_size=10", "pool_size=50")
    return re.sub("max_prepared_statements.*\n", "", by_session)


@contextmanager
def pgbouncer(folder: Path, files: Mapping[str, str]) -> Iterator[None]:
    """Run PgBouncer with the files of its Secret, as a user that is not root."""
    for name, text in files.items():
        (folder / name).write_text(understood(text) if name == "pgbouncer.ini" else text)
        shutil.chown(folder / name, "postgres")
    command = [*AS_POSTGRES, PGBOUNCER, "-q", str(folder / "pgbouncer.ini")]
    with running(command, folder, {"PATH": os.environ["PATH"]}):
        yield


@contextmanager
def redis(folder: Path, password: str) -> Iterator[int]:
    """Run Redis as the chart does, and yield its port."""
    port = free_port()
    options = {"port": str(port), "bind": "127.0.0.1", "requirepass": password, "save": "", "dir": str(folder)}
    command = [program("redis-server"), *(part for name, value in options.items() for part in (f"--{name}", value))]
    with running(command, folder, {"PATH": os.environ["PATH"]}):
        wait_for_port(port)
        yield port


@contextmanager
def rabbitmq(folder: Path, user: str, password: str, vhost: str) -> Iterator[int]:
    """Run RabbitMQ with a user and a virtual host, and yield its port."""
    port, names = free_port(), free_port()
    settings = {"default_user": user, "default_pass": password, "default_vhost": vhost, "loopback_users": "none"}
    (folder / "rabbitmq.conf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": "rabbit@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }
    with ExitStack() as both:
        # Erlang would leave a server for names behind.
        both.enter_context(running([program("epmd"), "-port", str(names)], folder, variables))
        wait_for_port(names)
        both.enter_context(running([str(RABBITMQ)], folder, variables))
        wait_for_port(port)
        yield port
