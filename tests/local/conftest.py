from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from airflowkit.local.process.events import Event

DAGS = Path(__file__).parent / "dags"
OBJECTS = """
[secrets.kinds]
user = "me"
password = "s3cret"

[config_maps.kinds]
setting = "set"
"""


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """A repository with DAGs and the file of secrets and config maps."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(DAGS, root / "dags")
    (root / "airflowkit.toml").touch()
    (root / "airflowkit.local.toml").write_text(OBJECTS)
    return root


@pytest.fixture(scope="session")
def run_locally(repository):
    """Run a DAG of the repository; return its result and events."""
    from airflowkit.local.run import run_dag

    def run(dag, **arguments):
        events: list[Event] = []
        arguments = {"runtime": "process", **arguments}
        result = run_dag(dag, dags_folder=repository / "dags", on_event=events.append, **arguments)
        return result, events

    return run


@pytest.fixture(scope="session")
def warm_airflow():
    """An Airflow that is started once for all tests that can do with a fork of it."""
    from airflowkit.local.worker.warm import WarmAirflow

    with WarmAirflow() as airflow:
        yield airflow
