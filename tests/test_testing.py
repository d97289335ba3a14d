"""The fixtures as a user has them, in a pytest of its own: every test of the pages, and what they leave out."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit.scaffold.answers.repository import RepositoryAnswers
from airflowkit.scaffold.creation import create_repository

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parent.parent / "docs"
PAGE, RETRIES = ((DOCS / "how-to" / name).read_text() for name in ("testing.md", "retries.md"))
BLOCKS = [
    block
    for block in re.findall(r"^```python\n(.*?)^```", PAGE + RETRIES, re.DOTALL | re.MULTILINE)
    if "def test_" in block
]

MORE = """
import pytest

from airflowkit.errors import DagNotFound
from airflowkit.testing import Failed, Succeeded


def test_the_first_run_starts_airflow(fake_cluster):
    assert fake_cluster.run("orders_daily.extract").ok


def test_the_next_run_forks_it(fake_cluster, dag_bag):
    fake_cluster.default = Failed(3, logs=["no rows"])
    result = fake_cluster.run(dag_bag["orders_daily"])
    assert result.task("extract").reason == "exit code 3: no rows"
    assert result.task("load").state == "upstream_failed"


def test_a_misspelt_task_is_an_error(fake_cluster):
    fake_cluster.outcomes["orders_daily.lod"] = Succeeded()
    with pytest.raises(DagNotFound, match="did you mean 'load'"):
        fake_cluster.run("orders_daily")
    assert fake_cluster.pods == []


def test_a_run_sees_the_tests_environment(run_dag, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_DAY", "monday")
    assert run_dag("days").ok
"""
UNUSED = """
from airflowkit.testing import Failed, Succeeded


def test_passes_but_proves_nothing(fake_cluster):
    fake_cluster.outcomes["orders_daily.extract"] = [Succeeded(xcom={"rows": 3}), Succeeded()]
    fake_cluster.outcomes["orders_daily.region"] = {1: Failed(), 7: Failed()}
    fake_cluster.run("orders_daily")


def test_fails_on_its_own(fake_cluster):
    fake_cluster.outcomes["orders_daily.extract"] = Succeeded()
    assert False


def test_takes_its_plan_back(fake_cluster):
    fake_cluster.outcomes["orders_daily.extract"] = Failed()
    del fake_cluster.outcomes["orders_daily.extract"]
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
    (dags / "orders_daily.py").write_text(dag_of(PAGE))
    return tmp_path


def dag_of(page):
    return re.search(r"^```python dag\n(.*?)^```", page, re.DOTALL | re.MULTILINE)[1]


def test_every_test_of_the_pages_passes(repository):
    (repository / "dags/training.py").write_text(dag_of(RETRIES))
    for number, block in enumerate(BLOCKS):
        (repository / f"test_block_{number}.py").write_text(block)
    result = run_pytest(repository)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(BLOCKS)} passed" in result.stdout
    assert len(BLOCKS) > 5


def test_the_settings_of_the_page_hold(repository):
    (repository / "pytest.ini").write_text(re.search(r"^```ini\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[1])
    (repository / "dags").rename(repository / "pipelines")
    result = run_pytest(repository, "-k", "AK101")
    assert "1 passed" in result.stdout, result.stdout + result.stderr


def test_the_tests_of_a_new_repository_pass(tmp_path):
    answers = RepositoryAnswers(name="dags", airflow_version="3.3.2", airflowkit_version="0.1.0")
    create_repository(answers, tmp_path / "dags")
    result = run_pytest(tmp_path / "dags", "--airflowkit")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "render_pods" in (tmp_path / "dags/tests/test_dags.py").read_text()


def test_runs_of_one_session_share_airflow_and_nothing_else(repository):
    (repository / "dags" / "days.py").write_text(DAYS)
    (repository / "test_more.py").write_text(MORE)
    result = run_pytest(repository)
    assert "4 passed" in result.stdout, result.stdout + result.stderr
    assert "its own Airflow" not in result.stdout


def test_without_a_warm_airflow_each_run_starts_its_own_and_says_so_once(repository, monkeypatch):
    monkeypatch.setenv("AIRFLOWKIT_WARM", "0")
    (repository / "dags" / "days.py").write_text(DAYS)
    (repository / "test_more.py").write_text(MORE)
    result = run_pytest(repository)
    assert "4 passed" in result.stdout, result.stdout + result.stderr
    assert result.stdout.count("airflowkit: each run started its own Airflow") == 1


def test_an_outcome_that_no_pod_uses_fails_a_test_that_passes(repository):
    (repository / "test_unused.py").write_text(UNUSED)
    result = run_pytest(repository)
    assert "1 failed, 2 passed, 1 error" in result.stdout
    assert "  orders_daily.extract, try 2: Succeeded(" in result.stdout
    assert "  orders_daily.region[7]: Failed(exit_code=1" in result.stdout
    assert "ERROR at teardown of test_passes_but_proves_nothing" in result.stdout
    assert "ERROR at teardown of test_fails_on_its_own" not in result.stdout


def test_the_page_lists_every_outcome():
    from airflowkit.local.fake.outcomes import OUTCOMES

    assert set(re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE)) == set(OUTCOMES)


def test_the_public_names_are_the_outcomes_and_what_the_fixtures_give():
    from airflowkit import testing
    from airflowkit.local.fake.outcomes import OUTCOMES

    assert set(testing.__all__) == {*OUTCOMES, "PodOutcome", "Dags", "FakeCluster", "TeamsInbox"}
    assert all(getattr(testing, name).__name__ == name for name in testing.__all__)
    block = next(node for node in ast.parse(Path(testing.__file__).read_text()).body if isinstance(node, ast.If))
    typed = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(testing.__all__) <= typed
    with pytest.raises(AttributeError, match="no attribute 'OMKilled'"):
        _ = testing.OMKilled
