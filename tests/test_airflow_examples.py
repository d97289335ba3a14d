"""The example DAGs in the packages of Airflow and its providers: foreign code that every machine has.

They are read where they are installed, and their plugins lie in the folder `plugins` beside them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import airflow
import pytest

from airflowkit._airflow import airflow_version
from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import check
from airflowkit.checks.model.findings import Severity
from airflowkit.errors import LocalRunError

INSTALLED = Path(airflow.__file__).parent
FOLDERS = ("example_dags", "providers/standard/example_dags")
NEEDS_RUN = pytest.mark.needs_airflow(3, 1, "a local run")
NEWEST = (99, 0)


class Fault(NamedTuple):
    """An error that is expected, with the versions of Airflow that have it, and why it is right."""

    code: str
    reason: str
    since: tuple[int, int] = (0, 0)
    until: tuple[int, int] = NEWEST


WAITS = Fault("AK321", "it waits for a task group that the other DAG does not have")
FAULTS = {
    "example_dags/example_kubernetes_executor.py": [
        Fault("AK417", "its image comes from two options that are not set here, and ends up as ':'"),
    ],
    "example_dags/example_external_task_marker_dag.py": [WAITS],
    "example_dags/standard/example_external_task_marker_dag.py": [WAITS],
    "example_dags/example_inlet_event_extra.py": [
        Fault("AK311", "it uses the class Dataset in a template, which Airflow does not provide", until=(2, 11)),
    ],
    "example_dags/tutorial_taskflow_templates.py": [
        Fault("AK313", "its package has no sql/test.sql", until=(2, 11)),
    ],
    "providers/standard/example_dags/example_external_task_marker_dag.py": [WAITS._replace(since=(3, 0))],
    "providers/standard/example_dags/example_trigger_controller_dag.py": [
        Fault("AK323", "the DAG that it triggers is in another folder", since=(3, 2)),
    ],
    "providers/standard/example_dags/example_bash_decorator.py": [
        Fault("AK101", "the provider's examples are for newer Airflows than it supports itself", until=(3, 1)),
    ],
    "providers/standard/example_dags/example_hitl_operator.py": [
        Fault("AK101", "there are no people in the loop of Airflow 2", until=(2, 11)),
    ],
}


def expected_faults(folder: str) -> dict[tuple[str, str], str]:
    return {
        (file, fault.code): fault.reason
        for file, faults in FAULTS.items()
        for fault in faults
        if file.startswith(f"{folder}/")
        and (INSTALLED / file).exists()
        and fault.since <= airflow_version() <= fault.until
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_airflows_own_examples_have_the_faults_that_are_listed_and_no_other(folder):
    path = INSTALLED / folder
    report = check([path], options=check_options(path), use_cache=False)
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    found = {(str(Path(it.path).absolute().relative_to(INSTALLED)), it.code): it.message for it in errors}
    assert found.keys() == expected_faults(folder).keys(), found  # of files that lack the same module, one is named
    assert report.dags > 10 or airflow_version() < (3, 0)


FAILED_RUNS = {
    "example_dag_decorator": "it asks a web service for its address",
    "example_failed_dag": "it fails on purpose",
    "example_kubernetes_executor": "one task writes into a volume of its pod_override, which a note says is left out",
    "example_passing_params_via_test_command": "its template needs a parameter that only `airflow tasks test` gives",
    "example_retry_policy": "it asks a web service that does not exist",
    "example_task_state_store_async": "it calls a method that the SDK of its Airflow does not have",
    "read_asset_event_from_classic": "its template reads the last event of an asset that has none",
    "tutorial_objectstorage": "it reads a web service and writes to S3",
}
"""The DAGs whose run fails, and why: but for the pod_override, as in a new deployment without a network."""
REFUSED_RUNS = {
    "aggregate_regional_sales": "give it with --partition-key",
    "example_params_ui_tutorial": "has no value",
    "monthly_team_a_rollup": "give it with --partition-key",
}
"""The DAGs that do not start, and what is said."""
NOT_RUN = {
    "tutorial_taskflow_api_virtualenv": "it installs packages",
    "example_complex": "its 37 tasks do nothing, for half a minute",
}
QUICK = (
    "example_simplest_dag",
    "example_workday_timetable",
    "example_custom_weight",
    "example_skip_dag",
    "example_xcom",
)
"""Enough for each change; two of them need the plugins. The others are marked slow."""
FILES = sorted(
    file.stem for file in (INSTALLED / "example_dags").glob("*.py") if file.stem not in {"__init__", *NOT_RUN}
)


@pytest.fixture(scope="module")
def airflow_at_rest():
    from airflowkit.local.worker.warm import WarmAirflow

    with WarmAirflow() as warm:
        yield warm


@NEEDS_RUN
@pytest.mark.parametrize("name", [pytest.param(it, marks=() if it in QUICK else pytest.mark.slow) for it in FILES])
def test_each_of_airflows_own_examples_ends_as_in_production(name, dag_ids, airflow_at_rest):
    from airflowkit.local.run import run_dag

    folder, ends = INSTALLED / "example_dags", {}
    for dag_id in dag_ids[name]:
        try:
            result = run_dag(dag_id, dags_folder=folder, runtime="process", worker=airflow_at_rest.worker)
            ends[dag_id] = "failed" if not result.ok else "success"
        except LocalRunError as refused:
            ends[dag_id] = str(refused)
    for dag_id, words in REFUSED_RUNS.items():
        assert words in ends.pop(dag_id, words)
    assert ends == {dag_id: "failed" if dag_id in FAILED_RUNS else "success" for dag_id in ends}


LIST = """
import json, logging, sys
from pathlib import Path
from airflowkit.dags import load_file

logging.disable()
files = [Path(name) for name in sys.argv[1:]]
print("IDS", json.dumps({file.stem: [it.dag.dag_id for it in load_file(file, file.parent)] for file in files}))
"""


@pytest.fixture(scope="module")
def dag_ids(request) -> dict[str, list[str]]:
    """Return the DAGs of each file that is run here, by a process of its own: it imports what this one should not."""
    names = {item.callspec.params["name"] for item in request.session.items if "dag_ids" in item.fixturenames}
    files = [INSTALLED / "example_dags" / f"{name}.py" for name in sorted(names)]
    run = subprocess.run([sys.executable, "-c", LIST, *files], capture_output=True, text=True, check=True)
    return json.loads(run.stdout.rpartition("IDS ")[2])
