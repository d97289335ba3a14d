"""PostgreSQL of Debian on the host, with TLS as a cloud's database has it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.story.cluster import GATEWAY
from scripts.story.steps import StoryError, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.story.certificates import Authority

HOST = "postgres.example.com"
PASSWORD = "p@ss/w:rd#1"  # each of its characters must be encoded in a URL
URL = f"postgresql://airflow:p%40ss%2Fw%3Ard%231@{HOST}:5432/airflow?sslmode=require"
_AS_POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")


@contextmanager
def database(folder: Path, authority: Authority) -> Iterator[None]:
    """Serve the database `airflow` while the block runs."""
    programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
    if programs is None:
        raise StoryError("no PostgreSQL: apt-get install postgresql")
    folder.mkdir()
    for file in (authority.certificate, authority.key):
        shutil.copy(file, folder)
        shutil.chown(folder / file.name, "postgres", "postgres")
        (folder / file.name).chmod(0o600)
    shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    as_postgres(programs / "initdb", "-D", data, "--auth=trust", "--auth-host=scram-sha-256", "--encoding=UTF8")
    with (data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
        rules.write("hostssl all all 0.0.0.0/0 scram-sha-256\n")
    settings = f"-k {folder} -c listen_addresses={GATEWAY} -c fsync=off -c max_connections=200 -c ssl=on"
    files = f"-c ssl_cert_file={folder}/{authority.certificate.name} -c ssl_key_file={folder}/{authority.key.name}"
    control = (programs / "pg_ctl", "-D", data, "-w")
    as_postgres(*control, "-l", folder / "log", "-o", f"{settings} {files}", "start")
    try:
        for statement in (
            f"CREATE ROLE airflow LOGIN PASSWORD '{PASSWORD}'",
            "CREATE DATABASE airflow OWNER airflow",
        ):
            as_postgres("psql", "-h", folder, "-qc", statement, "postgres")
        yield
    finally:
        as_postgres(*control, "-m", "immediate", "stop")


def as_postgres(*command: str | Path) -> None:
    """Run a program of PostgreSQL, which refuses root."""
    run(*_AS_POSTGRES, *command, cwd="/")
