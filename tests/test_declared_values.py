"""What `airflowkit.toml` declares is there for every command that imports DAG files."""

import os

import pytest

from airflowkit.dags import load_file
from airflowkit.declared_values import declared_values
from airflowkit.errors import SettingsError
from airflowkit.setting_sections import Check
from airflowkit.settings import forget_settings
from airflows import for_this_airflow

DAG_FILE = """\
import os
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, BaseHook, Variable

with DAG(Variable.get("name"), schedule=None):
    EmptyOperator(task_id=BaseHook.get_connection("warehouse").host)
    EmptyOperator(task_id=os.environ["NIGHTLY_BUCKET"])
"""
SETTINGS = """\
[check.variables]
name = "orders"
[check.connections]
warehouse = { conn_type = "postgres", host = "db" }
[check.env]
NIGHTLY_BUCKET = "bucket"
[profile.ci.check.env]
NIGHTLY_BUCKET = "ci"
"""
NAMES = ("AIRFLOW_VAR_NAME", "AIRFLOW_CONN_WAREHOUSE", "NIGHTLY_BUCKET")


@pytest.fixture
def dag_file(tmp_path, monkeypatch):
    for name in NAMES:
        monkeypatch.setenv(name, "")  # so that it is removed again afterwards
        monkeypatch.delenv(name)
    (tmp_path / "airflowkit.toml").write_text(SETTINGS)
    file = tmp_path / "orders.py"
    file.write_text(for_this_airflow(DAG_FILE))
    forget_settings()
    yield file
    forget_settings()


@pytest.mark.parametrize(("profile", "bucket"), [("", "bucket"), ("ci", "ci")])
def test_a_loaded_file_gets_the_declared_values(dag_file, profile, bucket, monkeypatch):
    monkeypatch.setenv("AIRFLOWKIT_PROFILE", profile)
    (loaded,) = load_file(dag_file)
    assert (loaded.dag.dag_id, loaded.dag.task_ids) == ("orders", ["db", bucket])


def test_the_environment_wins(dag_file, monkeypatch):
    monkeypatch.setenv("NIGHTLY_BUCKET", "mine")
    (loaded,) = load_file(dag_file)
    assert loaded.dag.task_ids == ["db", "mine"]
    assert os.environ["NIGHTLY_BUCKET"] == "mine"


def test_values_are_written_as_airflow_reads_them():
    options = Check(variables={"a.b": [1, {"c": None}], "t": "text"}, connections={"x": "http://h"}, env={"N": 5})
    assert declared_values(options) == {
        "N": "5",
        "AIRFLOW_VAR_A.B": '[1, {"c": null}]',
        "AIRFLOW_VAR_T": "text",
        "AIRFLOW_CONN_X": "http://h",
    }


def test_a_value_of_the_wrong_kind_is_refused(dag_file):
    (dag_file.parent / "airflowkit.toml").write_text("[check.env]\nX = [1]\n")
    with pytest.raises(SettingsError, match=r"check\.env\.X"):
        load_file(dag_file)
