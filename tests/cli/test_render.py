"""`airflowkit render` and `explain` of what has no pod."""

import subprocess
import sys

import pytest

from airflows import for_this_airflow

DAG = """
from datetime import datetime
from airflow.sdk import DAG, task

with DAG("python_only", schedule=None, start_date=datetime(2026, 1, 1)):

    @task
    def report():
        print("done")

    report()
"""


@pytest.mark.parametrize("command", ["render", "explain"])
@pytest.mark.parametrize("ref", ["python_only", "python_only.report"])
def test_a_dag_without_pods_is_one_line_and_status_2(command, ref, tmp_path):
    (tmp_path / "python_only.py").write_text(for_this_airflow(DAG))
    arguments = [sys.executable, "-m", "airflowkit", command, ref, "--dags-folder", str(tmp_path)]
    ended = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"airflowkit: {ref} starts no pods\n")
