"""A generated deployment on this machine: a folder in place of the cluster, the processes of a real Airflow in it.

What they are started with is what the chart would give their containers. The values are those of a new repository,
under a second values file that only makes it quick; the Secrets are what `airflowkit secrets` makes.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import yaml

from airflowkit.deploy.values.environment import Component, container_environment, resolved
from airflowkit.deploy.values.files import load_values
from scaffold.combinations import answers
from scaffold.conftest import files_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

BIN = Path(sys.executable).parent
PATIENCE = 200
DATABASE = "postgresql://airflow:secret@db.example.com:5432/airflow?sslmode=disable"
DATABASE_SECRET = "airflow-metadata/connection"
DAG = """\
from datetime import datetime
from airflow.sdk import DAG, task

with DAG("{dag_id}", schedule=None, start_date=datetime(2026, 1, 1), is_paused_upon_creation=False):

    @task
    def say():
        print("the words" + " of the task")

    say()
"""


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def quick(**more: Any) -> dict[str, Any]:
    """Return values that let a deployment do everything at once, and its servers listen where nobody does."""
    return {
        "imagePullSecrets": [],
        "executor": "LocalExecutor",
        "config": {
            "core": {
                "auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
                "simple_auth_manager_all_admins": "True",
                "parallelism": 2,
            },
            "api": {"workers": 1},
            "workers": {"execution_api_timeout": PATIENCE},
            "logging": {"worker_log_server_port": free_port()},
            "scheduler": {
                "scheduler_heartbeat_sec": 1,
                "scheduler_health_check_server_port": free_port(),
            },
            "dag_processor": {
                "refresh_interval": 1,
                "min_file_process_interval": 1,
                "bundle_refresh_check_interval": 1,
                "parsing_processes": 1,
            },
        },
    } | more


@dataclass(frozen=True)
class Installation:
    """A deployment.

    Attributes:
        folder: What stands for `/opt/airflow`.
        values: The values, laid over each other as Helm does.
        secrets: What the Secrets contain.
        places: What texts of the cluster are here: host names, folders.
        fields: The fields of the pods.
        port: Where the API server listens.
    """

    folder: Path
    values: Mapping[str, Any]
    secrets: Mapping[str, Mapping[str, str]]
    places: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def placed(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return variables with what they name at its place on this machine; the longest text first."""
        places = {
            DATABASE: f"sqlite:///{self.folder}/airflow.db",
            "/opt/airflow": str(self.folder),
            "airflow-api-server:8080": f"127.0.0.1:{self.port}",
        } | self.places
        placed = dict(variables)
        for text in sorted(places, key=len, reverse=True):
            placed = {name: value.replace(text, places[text]) for name, value in placed.items()}
        return placed

    def environment(self, component: Component) -> dict[str, str]:
        """Return what a component's container gets, and what a process needs of this machine."""
        own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        own["PATH"] = f"{BIN}:{own['PATH']}"
        return own | self.placed(resolved(container_environment(self.values, component), self.secrets, self.fields))

    def run(self, component: Component, *command: str) -> str:
        """Run an `airflow` command in a component's container."""
        result = subprocess.run(
            [BIN / "airflow", *command],
            cwd=self.folder,
            env=self.environment(component),
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr[-3000:]
        return result.stdout

    @contextmanager
    def running(self, component: Component, *command: str) -> Iterator[Path]:
        """Run a component while the block lasts, and yield its output."""
        with running([str(BIN / "airflow"), *command], self.folder, self.environment(component)) as log:
            yield log

    def deliver(self, name: str, text: str) -> None:
        """Put a file where the components find DAGs."""
        folder = Path(self.environment("dagProcessor")["AIRFLOW__CORE__DAGS_FOLDER"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Run the API server while the block lasts."""
        with self.running("apiServer", "api-server", "--host", "127.0.0.1", "--port", str(self.port)):
            wait_for(self.is_up, "the API server does not answer")
            yield

    def rows(self, query: str) -> list[Any]:
        """Return what the metadata database answers."""
        from sqlalchemy import create_engine, text

        engine = create_engine(self.environment("scheduler")["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(query))]
        finally:
            engine.dispose()

    @cached_property
    def token(self) -> str:
        """What an administrator logs in with."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/auth/token", timeout=PATIENCE) as answer:
            return str(json.load(answer)["access_token"])

    def request(self, path: str, body: Any = None) -> Any:
        """Call Airflow's API as an administrator."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v2/{path}", data, headers)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return json.load(answer)

    def ended_run(self, dag_id: str) -> tuple[str, str]:
        """Run a DAG, and return the id and the state with which the run ends."""
        path = f"dags/{dag_id}/dagRuns"
        run_id = self.request(path, {"logical_date": None})["dag_run_id"]
        state = wait_for(lambda: ended(self.request(f"{path}/{run_id}")["state"]), f"the run of {dag_id} does not end")
        return run_id, state

    def log(self, dag_id: str, run_id: str, task_id: str) -> str:
        """Return the log of a task's first try as the API reads it."""
        return json.dumps(self.request(f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/1"))

    def is_up(self) -> bool:
        try:
            return bool(self.request("dags?limit=1"))
        except URLError:
            return False


def ended(state: str) -> str:
    return state if state in {"success", "failed"} else ""


@contextmanager
def running(command: list[str], folder: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    """Run a program with all that it starts while the block lasts, and yield its output."""
    log = folder / f"{Path(command[0]).name}-{command[-1].strip('-')[:20].replace('/', '_')}-{free_port()}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdout=file,
            stderr=file,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield log
        except AssertionError as error:
            raise AssertionError(f"{error}\n{log.name}:\n{log.read_text(errors='replace')[-3000:]}") from error
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(20)
        except ProcessLookupError:
            process.wait()
        except subprocess.TimeoutExpired:
            continue
        return


def wait_for(question: Callable[[], Any], complaint: str, seconds: float = PATIENCE) -> Any:
    """Return the answer as soon as there is one."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.5)
    raise AssertionError(f"{complaint}, after {seconds} s")


def installed(folder: Path, given: Mapping[str, str], over: Mapping[str, Any], **options: Any) -> Installation:
    """Write a new repository, and deploy it into a folder.

    Args:
        folder: An empty folder.
        given: What is no answer but belongs into a Secret, by `NAME/KEY`.
        over: A second values file.
        options: The answers.
    """
    repository, home = folder / "repository", folder / "airflow"
    home.mkdir(parents=True)
    repo = answers(**({"dags": "git-sync-public", "teams": False} | options))
    for path, text in (files_of(repo) | {"deploy/values-quick.yaml": yaml.safe_dump(dict(over))}).items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text)
    paths = [repository / "deploy/values.yaml", repository / "deploy/values-quick.yaml"]
    return Installation(home, load_values(paths), made_secrets(repository, paths, {DATABASE_SECRET: DATABASE, **given}))


def made_secrets(repository: Path, values: list[Path], given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return what `airflowkit secrets` makes for values: from what is given, derived from it, or generated."""
    subprocess.run(["git", "init", "--quiet"], cwd=repository, check=True)
    named = []
    for number, (place, text) in enumerate(given.items()):
        (repository / f"secret-{number}").write_text(text)
        named += ["--from-file", f"{place}=secret-{number}"]
    named += [option for path in values for option in ("--values", str(path))]
    command = [str(BIN / "airflowkit"), "secrets", "--output", "deploy/secrets.yaml", "--namespace", "airflow", *named]
    made = subprocess.run(
        command, cwd=repository, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    documents = yaml.safe_load_all((repository / "deploy/secrets.yaml").read_text())
    return {each["metadata"]["name"]: each["stringData"] for each in documents}
