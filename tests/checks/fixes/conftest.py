"""A repository to fix, and the command that fixes it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflows import for_this_airflow

HEAD = "from airflow.providers.standard.operators.empty import EmptyOperator\nfrom airflow.sdk import DAG\n\n"
PRINTS = 'with DAG("orders", schedule=None):\n    EmptyOperator(task_id="load")\n\nprint("loading")\n'


def airflowkit(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from airflowkit.cli.app import main; main()", *arguments, "--once"]
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=400
    )


@pytest.fixture
def repository(tmp_path) -> Path:
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "dags").mkdir()
    return tmp_path


def dag_file(repository: Path, text: str, name: str = "orders.py", head: str = HEAD) -> Path:
    path = repository / "dags" / name
    path.write_bytes(for_this_airflow(head + text).encode())
    return path
