"""The kinds of files that Airflow's importers add: a file counts where Airflow 3.4 reads it, and nowhere else."""

from __future__ import annotations

import json
from zipfile import ZipFile

import pytest

from airflowkit.discovery import importers
from airflowkit.discovery.dag_files import dag_files
from airflowkit.errors import BadImporter, NoDagFile
from airflows import files_airflow_reads

pytestmark = pytest.mark.needs_airflow(3, 4, "importers")
OPTION = "AIRFLOW__DAG_PROCESSOR__DAG_IMPORTER_CONFIGS"
SCHEMA = "$schema: https://airflow.apache.org/schemas/dag/2026-10-30.json\n"
IMPORTER = """
from airflow.sdk.importers.yaml_importer import YamlDagImporter

class Orders(YamlDagImporter):
    def __init__(self):
        super().__init__([".orders"])
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "team").mkdir()
    for name, text in {
        "python.py": "# airflow dag",
        "SHOUTED.PY": "# airflow dag",
        "helper.py": "",
        "dag.yaml": SCHEMA,
        "team/dag.yml": SCHEMA,
        "values.yaml": "a: 1",
        "dag.json": '{"dag_id": "orders"}',
        "dag.orders": SCHEMA,
        "bytecode.pyc": "airflow dag",
        "python.pyc": "airflow dag",
        "old.yaml": SCHEMA,
        ".airflowignore": "old.*\n",
    }.items():
        (tmp_path / name).write_text(text)
    with ZipFile(tmp_path / "dags.zip", "w") as archive:
        archive.writestr("team/dag.py", "# airflow dag")
    return tmp_path


@pytest.mark.parametrize("safe_mode", [True, False])
@pytest.mark.parametrize(
    ("configured", "more"),
    [
        ([], set()),
        ([importers.YAML], {"dag.yaml", "dag.yml"}),
        ([{"classpath": importers.YAML, "extensions": ["yml"]}], {"dag.yml"}),
        ([{"classpath": importers.YAML, "kwargs": {"extensions": [".orders"]}}], {"dag.orders"}),
        ([{"classpath": "orders_importer.Orders"}], {"dag.orders"}),
    ],
)
def test_a_file_counts_where_an_importer_of_its_kind_is_registered(folder, monkeypatch, configured, more, safe_mode):
    monkeypatch.setenv(OPTION, json.dumps(configured))
    monkeypatch.setenv("AIRFLOW__CORE__DAG_DISCOVERY_SAFE_MODE", str(safe_mode))
    (folder / "importers").mkdir()
    (folder / "importers" / "orders_importer.py").write_text(IMPORTER)
    monkeypatch.setenv("PYTHONPATH", str(folder / "importers"))
    monkeypatch.syspath_prepend(folder / "importers")
    found = [str(file) for file in dag_files(folder)]
    assert {file.rpartition("/")[2] for file in found} >= {"python.py", "SHOUTED.PY", "bytecode.pyc", "dags.zip"} | more
    if "orders_importer" not in str(configured) or not safe_mode:  # only the class itself knows what it would skip
        assert found == files_airflow_reads(folder, safe_mode=safe_mode)


@pytest.mark.parametrize(
    ("configured", "message"),
    [
        ("[", "is not valid JSON"),
        ('{"classpath": "x"}', "is '"),
        ("[1]", "has the entry 1"),
        ('["no.such.Importer"]', r"no\.such\.Importer cannot be loaded: ModuleNotFoundError"),
    ],
)
def test_a_configuration_that_stops_airflow_is_said(folder, monkeypatch, configured, message):
    monkeypatch.setenv(OPTION, configured)
    with pytest.raises(BadImporter, match=message):
        dag_files(folder)


def test_a_yaml_file_that_is_named_without_its_importer_says_what_to_set(folder):
    with pytest.raises(NoDagFile, match=r"DAG_IMPORTER_CONFIGS='\[\"airflow\.sdk\.importers"):
        dag_files(folder / "dag.yaml")
