"""The pytest plugin as a user runs it, each time in a pytest of its own."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

pytestmark = pytest.mark.slow

GOOD = """\
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("{0}", schedule=None):
    EmptyOperator(task_id="load")
"""


@pytest.fixture
def repository(tmp_path) -> Path:
    (tmp_path / "airflowkit.toml").write_text('[check]\nselect = ["AK1", "AK2", "AK603"]\n')
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "orders.py").write_text(GOOD.format("orders"))
    (tmp_path / "dags" / "broken.py").write_text("# airflow dag\n\nimport nosuch\n")
    return tmp_path


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "airflowkit.pytest_plugin", *arguments]
    # The entry point would load the plugin a second time where it is installed.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def outcomes(result: subprocess.CompletedProcess[str]) -> str:
    return result.stdout.strip().splitlines()[-1].strip("= ").rsplit(" in ", 1)[0]


def test_without_a_test_file_each_rule_on_each_file_is_a_test(repository):
    result = run_pytest(repository, "--airflowkit", "-q")
    assert result.returncode == 1
    assert outcomes(result).startswith("1 failed")
    assert "dags/broken.py:3: AK101 ModuleNotFoundError: No module named 'nosuch'" in result.stdout
    assert "Traceback" not in result.stdout


def test_a_part_is_chosen_with_k(repository):
    result = run_pytest(repository, "--airflowkit", "-k", "orders and AK101")
    assert result.returncode == 0
    assert outcomes(result).startswith("1 passed")


def test_a_part_is_chosen_with_the_marker(repository):
    (repository / "test_own.py").write_text("def test_own(): pass\n")
    assert outcomes(run_pytest(repository, "--airflowkit", "-m", "not airflowkit")).startswith("1 passed")


def test_what_failed_last_time_can_be_run_alone(repository):
    run_pytest(repository, "--airflowkit")
    assert outcomes(run_pytest(repository, "--airflowkit", "--lf")).startswith("1 failed")


def test_junit_and_xdist_know_each_test(repository):
    run_pytest(repository, "--airflowkit", "-p", "xdist.plugin", "-n", "2", "--junitxml=report.xml", "-k", "AK10")
    suite = ET.parse(repository / "report.xml").getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("18", "1")


def test_what_is_no_dag_file_is_told_at_the_folder(repository):
    (repository / "requirements.txt").write_text("airflowkit\n")
    result = run_pytest(repository, "--airflowkit", "-k", "AK603")
    assert "requirements.txt:1: AK603" in result.stdout
    assert outcomes(result).startswith("1 failed")


def test_a_missing_folder_is_wrong_use_and_no_pass(repository):
    result = run_pytest(repository, "--airflowkit", "--airflowkit-dags", "nowhere")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "nowhere does not exist" in result.stderr + result.stdout


def test_without_the_option_nothing_is_added(repository):
    assert run_pytest(repository).returncode == pytest.ExitCode.NO_TESTS_COLLECTED


def test_loading_the_plugin_imports_nothing_heavy():
    statement = "import airflowkit.pytest_plugin, sys; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True, check=True)
    assert not {"airflow", "kubernetes", "pydantic", "jinja2", "rich"} & set(result.stdout.split())


def test_the_fixtures_serve_users_own_tests(repository):
    (repository / "dags" / "broken.py").unlink()
    (repository / "dags" / "pods.py").write_text(
        """\
from airflow.sdk import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

with DAG("pods", schedule=None):
    KubernetesPodOperator(task_id="load", image="orders:1.4.2", namespace="airflow")
"""
    )
    (repository / "test_own.py").write_text(
        """\
def test_dags(dag_bag):
    assert sorted(dag_bag) == ["orders", "pods"]
    assert not dag_bag.import_errors

def test_pods(dag_bag, render_pods):
    pods = render_pods(dag_bag["pods"])
    assert pods == render_pods(dag_bag["pods"])
    assert pods["load"]["spec"]["containers"][0]["image"] == "orders:1.4.2"

def test_inbox(teams_inbox):
    from airflowkit import send_card
    send_card({"type": "AdaptiveCard", "version": "1.4", "body": []})
    assert teams_inbox.cards == [{"type": "AdaptiveCard", "version": "1.4", "body": []}]

def test_run(run_dag):
    result = run_dag("orders")
    assert result.ok
    assert result.task("load").state == "success"
"""
    )
    result = run_pytest(repository, "-q")
    assert outcomes(result).startswith("4 passed"), result.stdout  # Airflow 3.1 adds warnings of its own
