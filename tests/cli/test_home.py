"""Commands leave the home folder of somebody who has never run Airflow as it is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

DAG = """
from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("orders", schedule=None):
    pod_task("load", image="example.com/orders:1", namespace="airflow")
"""


@pytest.fixture
def start(tmp_path):
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "orders.py").write_text(DAG)
    (tmp_path / "home").mkdir()
    own = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}

    def start(*arguments):
        command = [sys.executable, "-m", "airflowkit", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=kept | own, capture_output=True, text=True, check=False, timeout=300
        )

    return start


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "--exit-zero"], 0),
        (["render", "orders"], 0),
        (["explain", "orders.load"], 0),
        (["run", "nothing", "--runtime", "process"], 2),
        (["teams", "test"], 2),
        (["teams", "preview", "--no-open"], 0),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else str(value),
)
def test_a_command_makes_no_airflow_folder_at_home(start, tmp_path, arguments, code):
    result = start(*arguments)
    assert (result.returncode, list((tmp_path / "home").iterdir())) == (code, []), result.stderr
