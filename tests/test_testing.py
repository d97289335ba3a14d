"""The fixtures as a user has them, in a pytest of its own: every test of docs/testing.md, and what it leaves out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parent.parent / "docs/testing.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)

MORE = """
import time

import pytest

from airflowkit.errors import DagNotFound
from airflowkit.testing import Failed, Succeeded


def test_the_first_run_starts_airflow(fake_cluster):
    assert fake_cluster.run("orders_daily.extract").ok


def test_the_next_run_forks_it(fake_cluster, dag_bag):
    began = time.monotonic()
    fake_cluster.default = Failed(3, logs=["no rows"])
    result = fake_cluster.run(dag_bag["orders_daily"])
    assert result.task("extract").reason == "exit code 3: no rows"
    assert result.task("load").state == "upstream_failed"
    print("SECONDS", time.monotonic() - began)


def test_a_misspelt_task_is_an_error(fake_cluster):
    fake_cluster.fates["orders_daily.lod"] = Succeeded()
    with pytest.raises(DagNotFound, match="did you mean 'load'"):
        fake_cluster.run("orders_daily")
    assert fake_cluster.pods == []


def test_a_run_sees_the_tests_environment(run_dag, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_DAY", "monday")
    assert run_dag("days").ok
"""
DAYS = """
from airflow.sdk import DAG, Variable, task

with DAG("days", schedule=None):

    @task
    def day():
        assert Variable.get("day") == "monday"

    day()
"""


def run_pytest(folder, *arguments):
    command = [sys.executable, "-m", "pytest", "-p", "airflowkit.pytest_plugin", "-q", *arguments]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture
def repository(tmp_path):
    dags = tmp_path / "dags"
    dags.mkdir()
    (tmp_path / "airflowkit.toml").touch()
    (dags / "orders_daily.py").write_text(re.search(r"^```python dag\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[1])
    return tmp_path


def test_every_test_of_the_page_passes(repository):
    for number, block in enumerate(BLOCKS):
        (repository / f"test_block_{number}.py").write_text(block)
    result = run_pytest(repository)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(BLOCKS)} passed" in result.stdout
    assert len(BLOCKS) > 5


def test_runs_of_one_session_share_airflow_and_nothing_else(repository):
    (repository / "dags" / "days.py").write_text(DAYS)
    (repository / "test_more.py").write_text(MORE)
    result = run_pytest(repository, "-rP")
    assert "4 passed" in result.stdout, result.stdout + result.stderr
    assert float(re.search(r"SECONDS ([\d.]+)", result.stdout)[1]) < 10


def test_every_fate_of_the_page_is_there_and_none_is_left_out():
    from airflowkit.local.script import FATES

    assert set(re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE)) == set(FATES)
