"""A real Airflow: API server, scheduler, DAG processor and triggerer as processes, on SQLite, on loopback."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

AIRFLOW = [str(Path(sys.executable).with_name("airflow"))]
PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")


class Airflow:
    """The running parts, reached by the REST API as users reach it."""

    def __init__(self, home: Path, port: int, env: dict[str, str]) -> None:
        self.home = home
        self.base = f"http://127.0.0.1:{port}"
        self._token = ""
        self._env = env
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *parts: str) -> None:
        for part in parts:
            with (self.home / f"{part}.log").open("wb") as log:
                command = [*AIRFLOW, part]
                process = subprocess.Popen(command, env=self._env, stdout=log, stderr=log, start_new_session=True)
            self._started.append(process)

    def stop(self) -> None:
        for process in self._started:
            process.terminate()
        for process in self._started:
            _end(process)

    def log_in(self) -> None:
        self._token = self._call("GET", "/auth/token")["access_token"]

    def trigger(self, dag_id: str, logical_date: str | None = None, **options: Any) -> str:
        run = self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": logical_date, **options})
        return str(run["dag_run_id"])

    def dags(self) -> dict[str, dict[str, Any]]:
        """Read what is known of each DAG."""
        return {dag["dag_id"]: dag for dag in self._call("GET", "/api/v2/dags?limit=100")["dags"]}

    def query(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        """Ask the database, which answers while the API waits for a lock that only the API can release."""
        with closing(sqlite3.connect(self.home / "airflow.db")) as database:
            return database.execute(sql, values).fetchall()

    def pause(self, dag_id: str, *, paused: bool = True) -> None:
        self._call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": paused})

    def update_asset(self, uri: str, **options: Any) -> None:
        """Say that something outside Airflow has updated an asset."""
        assets = self._call("GET", "/api/v2/assets")["assets"]
        (asset_id,) = (asset["id"] for asset in assets if asset["uri"] == uri)
        self._call("POST", "/api/v2/assets/events", {"asset_id": asset_id, **options})

    def answer(self, dag_id: str, run_id: str, task_id: str, choices: list[str]) -> None:
        """Answer a task that asks a person."""
        task = f"/api/v2/dags/{dag_id}/dagRuns/{_quoted(run_id)}/taskInstances/{task_id}/-1"
        self._call("PATCH", f"{task}/hitlDetails", {"chosen_options": choices})

    def mark_success(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Say that a failed task is good enough, as somebody does in the UI."""
        task = f"/api/v2/dags/{dag_id}/dagRuns/{_quoted(run_id)}/taskInstances/{task_id}"
        self._call("PATCH", task, {"new_state": "success"})

    def run_state(self, dag_id: str, run_id: str) -> str:
        ((state,),) = self.query("SELECT state FROM dag_run WHERE dag_id = ? AND run_id = ?", dag_id, run_id)
        return str(state)

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Read a run's task instances, a page at a time."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{_quoted(run_id)}/taskInstances?limit=100&offset="
        found: list[dict[str, Any]] = []
        while page := self._call("GET", f"{path}{len(found)}")["task_instances"]:
            found += page
        return found

    def knows(self, dag_id: str) -> bool:
        return dag_id in self.dags()

    def finish(self, dag_id: str, run_id: str, timeout: float = 300) -> str:
        """Wait until a run has ended; return how."""
        wait_for(lambda: self.run_state(dag_id, run_id) in {"success", "failed"}, timeout, f"the end of {dag_id}")
        return self.run_state(dag_id, run_id)

    def logs(self) -> str:
        """All that any part and any task logged."""
        return "\n".join(path.read_text(errors="replace") for path in self.home.rglob("*.log"))

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return dict(json.loads(answer.read()))


@contextmanager
def airflow(home: Path, environment: dict[str, str], parts: Sequence[str] = PARTS) -> Iterator[Airflow]:
    """Run Airflow's parts while the block runs; the DAGs stand in `home/dags`, and others may be started later."""
    port = _free_port()
    env = {**os.environ, **_configuration(home, port), **environment}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([*AIRFLOW, "db", "migrate"], env=env, check=True, capture_output=True)
    with closing(sqlite3.connect(home / "airflow.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")  # whoever reads does not wait for whoever writes
    running = Airflow(home, port, env)
    try:
        running.start(*parts)
        wait_for(lambda: _succeeds(running.log_in), 120, "the API server")
        yield running
    finally:
        running.stop()


def wait_for(condition: Callable[[], bool], timeout: float, what: str) -> None:
    """Wait until something holds."""
    until = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {timeout:g} s for {what}")
        time.sleep(0.5)


def _configuration(home: Path, port: int) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API_AUTH__JWT_SECRET": "a-secret-of-these-tests-that-is-long-enough-for-sha-512-signatures-64",
        "AIRFLOW__API__BASE_URL": "https://airflow.example.com",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": "64",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db?timeout=20",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "DEBUG",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "AIRFLOW__TRIGGERER__CAPACITY": "10",
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "120",  # a busy computer is not a failed task
    }


def _succeeds(call: Callable[[], None]) -> bool:
    try:
        call()
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _quoted(run_id: str) -> str:
    return urllib.parse.quote(run_id, safe="")
