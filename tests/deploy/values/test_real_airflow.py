"""What values say reaches a real Airflow: its processes are started with what the chart would give their containers."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import yaml

from airflowkit.deploy.values.environment import container_environment, resolved

VALUES = yaml.safe_load((Path(__file__).parent / "bundle.yaml").read_text())
AIRFLOW = str(Path(sys.executable).with_name("airflow"))
DAG = """\
from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("{dag_id}", schedule=None, start_date=datetime(2026, 1, 1)):
    EmptyOperator(task_id="done")
"""
PATIENCE = 240

pytestmark = [pytest.mark.slow, pytest.mark.needs_airflow(3, 1, "bundles of DAGs")]


def git(*arguments, cwd):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


class Repository:
    """A bare repository that an Airflow reads, and a clone that a team pushes from."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.clone = folder / "dags.git", folder / "clone"
        git("init", "--bare", "--initial-branch", "main", str(self.bare), cwd=folder)
        git("clone", str(self.bare), str(self.clone), cwd=folder)
        git("checkout", "-B", "main", cwd=self.clone)

    def push(self, dag_id):
        (self.clone / "dags").mkdir(exist_ok=True)
        (self.clone / "dags" / f"{dag_id}.py").write_text(DAG.format(dag_id=dag_id))
        git("add", ".", cwd=self.clone)
        git("commit", "--message", dag_id, cwd=self.clone)
        git("push", "origin", "main", cwd=self.clone)


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """A folder with a repository, and the content of the Secrets that the values name."""
    folder = tmp_path_factory.mktemp("installation")
    repository = Repository(folder)
    secrets = {
        "airflow-fernet-key": {"fernet-key": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTMyYiE="},
        "airflow-api-secret-key": {"api-secret-key": "a" * 32},
        "airflow-jwt-secret": {"jwt-secret": "b" * 64},
        "airflow-metadata": {"connection": f"sqlite:///{folder}/airflow.db"},
        "airflow-connections": {
            "AIRFLOW_CONN_GIT_DEFAULT": json.dumps({"conn_type": "git", "host": str(repository.bare)})
        },
    }
    run(folder, environment(folder, secrets, "scheduler"), "db", "migrate")
    return folder, repository, secrets


def environment(folder, secrets, component):
    """Return what a component's container gets, with a home of its own."""
    own = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    variables = resolved(container_environment(VALUES, component), secrets)
    return own | variables | {"AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags")}


def run(folder, variables, *arguments):
    command = [sys.executable, AIRFLOW, *arguments]
    result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


@contextmanager
def running(folder, variables, command):
    """Run a component while the block lasts."""
    log = folder / f"{command}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, AIRFLOW, command],
            cwd=folder,
            env=variables,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
        try:
            yield log
        finally:
            os.killpg(process.pid, 15)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()


def wait_for(query, folder, log):
    """Return the rows of a query as soon as there are any."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with closing(sqlite3.connect(folder / "airflow.db", timeout=30)) as database:
            if rows := database.execute(query).fetchall():
                return rows
        time.sleep(0.5)
    raise AssertionError(f"nothing after {PATIENCE} s: {query}\n{log.read_text(errors='replace')[-3000:]}")


def test_the_dag_processor_reads_a_git_repository_and_sees_its_next_commit(installation):
    pytest.importorskip("airflow.providers.git", reason="no git provider: pip install apache-airflow-providers-git")
    folder, repository, secrets = installation
    repository.push("first")
    variables = environment(folder, secrets, "dagProcessor")
    with running(folder, variables, "dag-processor") as log:
        (first,) = wait_for("select bundle_name, bundle_version from dag where dag_id = 'first'", folder, log)
        assert first[0] == "airflow-dags"
        repository.push("second")
        ((version,),) = wait_for("select bundle_version from dag where dag_id = 'second'", folder, log)
        assert version != first[1]


def test_the_scheduler_runs_with_the_settings_of_the_values(installation):
    folder, _, secrets = installation
    variables = environment(folder, secrets, "scheduler")
    assert run(folder, variables, "config", "get-value", "scheduler", "scheduler_heartbeat_sec").split()[-1] == "1"
    assert run(folder, variables, "config", "get-value", "core", "fernet_key").split()[-1].endswith("=")
    with running(folder, variables, "scheduler") as log:
        wait_for("select id from job where job_type = 'SchedulerJob' and state = 'running'", folder, log)
