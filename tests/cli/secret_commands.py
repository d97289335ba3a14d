"""What the tests of `airflowkit secrets` share: a repository, the command without a terminal, and with one."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from airflowkit.cli.app import main

PROGRAM = str(Path(sys.executable).with_name("airflowkit"))
COMMAND = [PROGRAM, "secrets"]
PLANTED = "pl4nted-Secr3t-hunter2"
URL = f"postgresql://airflow:{PLANTED}@db.example.com:5432/airflow?sslmode=require"
VALUES = """
airflowVersion: "3.3.2"
executor: KubernetesExecutor
redis: {enabled: false}
fernetKeySecretName: airflow-fernet-key
apiSecretKeySecretName: airflow-api-secret-key
jwtSecretName: airflow-jwt-secret
data: {metadataSecretName: airflow-metadata}
createUserJob:
  env: [{name: AIRFLOW_ADMIN_PASSWORD, valueFrom: {secretKeyRef: {name: airflow-admin, key: password}}}]
"""
KEYS = {
    "airflow-fernet-key": {"fernet-key"},
    "airflow-api-secret-key": {"api-secret-key"},
    "airflow-jwt-secret": {"jwt-secret"},
    "airflow-metadata": {"connection"},
    "airflow-admin": {"password"},
}
GIVEN = ("--from-file", "airflow-metadata/connection=database-url")


@pytest.fixture
def deployment(tmp_path, monkeypatch):
    """A git repository with values, a file with a value, and a .gitignore."""
    folder = tmp_path / "repository"
    (folder / "deploy").mkdir(parents=True)
    (folder / "deploy/values.yaml").write_text(VALUES)
    (folder / "database-url").write_text(URL + "\n")
    (folder / ".gitignore").write_text("deploy/secrets*.yaml\n!deploy/secrets-but-not-this.yaml\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def command(monkeypatch, capsys):
    """A command as its script calls it, without a terminal."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["airflowkit", *map(str, arguments)])
        with Path(os.devnull).open() as nothing:
            monkeypatch.setattr(sys, "stdin", nothing)
            with pytest.raises(SystemExit) as ended:
                main()
        output = capsys.readouterr()
        return ended.value.code, output.out, output.err

    return call


@pytest.fixture
def secrets(command):
    """`airflowkit secrets`; nothing of what it prints is a value."""

    def call(*arguments):
        status, out, err = command("secrets", *arguments)
        assert PLANTED not in out + err
        return status, out, err

    return call


def written(file: Path) -> dict[str, dict[str, str]]:
    return {it["metadata"]["name"]: it.get("stringData", {}) for it in yaml.safe_load_all(file.read_text())}


class Session:
    """The command at a real terminal."""

    def __init__(self, *arguments: str, cwd: Path, command: str = "secrets") -> None:
        self.seen = ""
        self.process, self.terminal = pty.fork()
        if not self.process:
            os.chdir(cwd)
            os.execv(PROGRAM, [PROGRAM, command, *arguments])

    def expect(self, text: str, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while text not in self.seen and time.monotonic() < end:
            self._read(1)
        assert text in self.seen, self.seen
        self.seen = self.seen.partition(text)[2]

    def send(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def end(self) -> int:
        while self._read(120):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def _read(self, seconds: float) -> bool:
        try:
            chunk = os.read(self.terminal, 4096) if select.select([self.terminal], [], [], seconds)[0] else b"-"
        except OSError:
            return False
        text = chunk.decode(errors="replace")
        assert PLANTED not in text
        self.seen += text if chunk != b"-" else ""
        return bool(chunk)
