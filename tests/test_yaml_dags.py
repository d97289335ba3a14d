"""A YAML DAG of Airflow 3.4 that says `uses: airflowkit.pod_task`: checked, rendered, explained and run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.needs_airflow(3, 4, "importers")
ORDERS = """\
$schema: https://airflow.apache.org/schemas/dag/2026-10-30.json
dag_id: orders
schedule: "@daily"
tasks:
  - id: extract
    uses: airflowkit.pod_task
    execution_timeout: 10m
    resources: {size}
    with:
      image: localhost/busybox:1
      cmds: [sh, -c]
      arguments: ["echo $0 '{{{{ literal }}}}'", {{$t: "run {{{{ dag_run.run_id }}}}"}}]
      env_vars: {{LEVEL: info}}
  - id: load
    uses: airflowkit.pod_task
    needs: [extract]
    execution_timeout: 10m
    resources: small
    with: {{image: "localhost/busybox:1", cmds: [echo, "{{{{ literal }}}}"]}}
"""


@pytest.fixture
def airflowkit(tmp_path, monkeypatch):
    """Return a function that runs a command in a repository with a YAML DAG."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "airflowkit.toml").touch()
    importer = '["airflow.sdk.importers.yaml_importer.YamlDagImporter"]'

    def run(*arguments, size="small"):
        (tmp_path / "dags" / "orders.yaml").write_text(ORDERS.format(size=size))
        (tmp_path / "dags" / "values.yaml").write_text("a: 1\n")
        command = [sys.executable, "-m", "airflowkit", *arguments]
        environ = os.environ | {"AIRFLOW__DAG_PROCESSOR__DAG_IMPORTER_CONFIGS": importer}
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def test_it_is_checked_like_any_other(airflowkit):
    status, said = airflowkit("check", "--ignore", "AK501")
    assert "nothing found" in said
    assert (status, "1 file with 1 DAG" in said) == (0, True)


def test_its_faults_are_found_at_parse(airflowkit):
    status, said = airflowkit("check", "--once", size="enormous")
    assert (status, "AK101" in said) == (1, True)
    assert "resources = 'enormous': is not a size" in said
    status, said = airflowkit("render", "orders.extract", size="enormous")
    assert (status, "resources = 'enormous': is not a size" in said) == (2, True)


def test_its_pods_are_rendered_and_explained(airflowkit):
    status, said = airflowkit("render", "orders.extract")
    assert (status, "memory: 512Mi" in said) == (0, True)
    status, said = airflowkit("explain", "orders.extract")
    assert (status, "image = 'localhost/busybox:1'  <- call" in said) == (0, True)


@pytest.mark.namespaces
def test_it_runs_with_only_what_is_marked_rendered(airflowkit):
    status, said = airflowkit("run", "orders", "--runtime", "process")
    assert status == 0, said
    assert "extract | run manual__" in said
    assert "{{ literal }}" in said.partition("extract |")[2]
    assert "load | {{ literal }}" in said
