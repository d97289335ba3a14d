"""A copy of a repository is parsed as if it were the repository: what names a folder of that one names the copy's."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from airflowkit.compare.state import Parser

DAG = """
import os
from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
import shared_by_all

with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1)):
    BashOperator(task_id="a", bash_command=f"{shared_by_all.VALUE} {os.environ['AIRFLOW__CORE__DAGS_FOLDER']}")
"""

CONTINUOUS = """
from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator

with DAG("orders", schedule="@continuous", start_date=datetime(2026, 1, 1), max_active_runs=1):
    BashOperator(task_id="a", bash_command="true")
"""


@pytest.fixture
def both(tmp_path):
    """The user's repository and a copy of an older state of it, with a module that differs."""
    for name in ("home", "copy"):
        (tmp_path / name / "pipelines").mkdir(parents=True)
        (tmp_path / name / "lib").mkdir()
        (tmp_path / name / ".git").mkdir()
        (tmp_path / name / "pipelines" / "orders.py").write_text(DAG)
        (tmp_path / name / "lib" / "shared_by_all.py").write_text(f"VALUE = '{name}'\n")
    return tmp_path / "home", tmp_path / "copy"


def command(home: Path, copy: Path) -> str:
    found = Parser(home=home).state_of(copy)
    assert found.failures == {}
    assert found.borrowed == {}
    values = found.dags["orders"].tasks["a"]
    return next(text for field, text in values.items() if field.name == "bash_command")


def test_variables_and_editable_installs_of_the_repository_mean_the_copy(both, monkeypatch):
    home, copy = both
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(home / "pipelines"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(home / "lib")])  # as a `.pth` file does
    before = dict(os.environ)
    assert command(home, copy) == "'copy pipelines'"
    assert dict(os.environ) == before


def test_a_folder_that_only_the_repository_has_stays_and_is_told(both, monkeypatch):
    home, copy = both
    (copy / "lib").rename(copy / "older_lib")
    monkeypatch.setenv("PYTHONPATH", str(home / "lib"))
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(home / "pipelines"))
    found = Parser(home=home).state_of(copy)
    assert found.borrowed == {"pipelines/orders.py": ("lib/shared_by_all.py",)}


def test_a_dag_that_runs_again_at_once_has_no_dates_that_each_parse_makes_anew(tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "airflowkit.toml").write_text("")
    (tmp_path / "dags" / "orders.py").write_text(CONTINUOUS)
    assert Parser(at=datetime(2026, 1, 2, tzinfo=UTC)).state_of(tmp_path).dags["orders"].runs["next"] == []
