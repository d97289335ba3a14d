"""Every command imports a DAG file as the deployment does: its folder, its plugins, its `PYTHONPATH`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit.processor.environment import as_processor

pytestmark = pytest.mark.needs_airflow(3, 1, "the plugin is written for it")
DAG = """
import json
from pathlib import Path

from airflow.configuration import conf
from airflow.sdk import DAG
from calendars import Workdays
from include.names import TASK

from airflowkit import pod_task

for path in Path(conf.get("core", "dags_folder")).glob("flow_*.json"):
    with DAG(json.loads(path.read_text())["name"], schedule=Workdays()) as dag:
        pod_task(TASK, image="busybox:1.37", cmds=["echo", "{{ macros.shop.shout('here') }}"], namespace="data")
    globals()[dag.dag_id] = dag
"""
PLUGIN = """
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.trigger import CronTriggerTimetable


class Workdays(CronTriggerTimetable):
    def __init__(self):
        super().__init__("0 6 * * 1-5", timezone="UTC")

    def serialize(self):
        return {}

    @classmethod
    def deserialize(cls, data):
        return cls()


def shout(text):
    return text.upper()


class Shop(AirflowPlugin):
    name = "shop"
    timetables = [Workdays]
    macros = [shout]
"""


@pytest.fixture(params=["plugins", "elsewhere"])
def repository(request, tmp_path, monkeypatch):
    """A repository with a plugin, a factory, and its root on PYTHONPATH; AIRFLOW__… may name another plugins folder."""
    root = tmp_path / "shop"
    for file, text in {
        "Dockerfile": "FROM apache/airflow:3.3.2\nENV PYTHONPATH=/opt/airflow\n",
        ".git/HEAD": "",
        "dags/orders.py": DAG,
        "dags/flow_orders.json": '{"name": "orders"}',
        "include/names.py": 'TASK = "load"\n',
        f"{request.param}/calendars.py": PLUGIN,
    }.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.delenv("AIRFLOW__CORE__PLUGINS_FOLDER", raising=False)
    if request.param == "elsewhere":
        monkeypatch.setenv("AIRFLOW__CORE__PLUGINS_FOLDER", str(root / "elsewhere"))
    return root


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["check", "--once", "--select", "AK1,AK2"], "1 file with 1 DAG checked"),
        (["render", "orders"], "macros.shop.shout"),
        (["explain", "orders.load"], "orders.load"),
        (["run", "orders"], "load | HERE"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_finds_plugins_import_roots_and_the_dag_folder(repository, command, shown):
    result = subprocess.run(
        [sys.executable, "-P", "-m", "airflowkit", *command],
        cwd=repository / "dags",  # on no path
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert shown in result.stdout


def test_the_variables_hold_only_while_a_file_is_imported(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", "/mine")
    monkeypatch.delenv("AIRFLOW__CORE__PLUGINS_FOLDER", raising=False)
    (tmp_path / "plugins").mkdir()
    with as_processor(tmp_path / "dags"):
        assert Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]) == tmp_path / "dags"
        assert Path(os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"]) == tmp_path / "plugins"
    assert os.environ["AIRFLOW__CORE__DAGS_FOLDER"] == "/mine"
    assert "AIRFLOW__CORE__PLUGINS_FOLDER" not in os.environ
    assert sys.path[-2:] == [str(tmp_path / "plugins"), str(tmp_path / "dags")]
