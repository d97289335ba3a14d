"""What a local run adds to Airflow's own `dag.test()`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from airflowkit.local.worker.airflow_home import environment

VERSIONS = """
from airflowkit import _airflow_run

api = _airflow_run.task_api()
from airflow.sdk.api.datamodels._generated import API_VERSION

served = [str(version.value) for version in api.app.versions.versions]
assert served == [API_VERSION], served

import httpx

with httpx.Client(transport=api.transport, base_url="http://api") as client:
    answer = client.get("/health/ping", headers={"Airflow-API-Version": API_VERSION})
assert answer.status_code == 200, answer.text
paths = {route.path for route in api.app.router.versioned_routers[list(api.app.router.versioned_routers)[0]].routes}
assert "/task-instances/{task_instance_id}/run" in paths, sorted(paths)
"""


@pytest.mark.slow
@pytest.mark.needs_airflow(3, 1, "a run needs Airflow 3.1")
def test_the_api_of_a_run_serves_the_one_version_that_its_client_asks_for(tmp_path):
    environ = environment(tmp_path / "airflow", tmp_path / "kubeconfig.json", tmp_path / "dags", verbose=False)
    command = [sys.executable, "-c", VERSIONS]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
