"""The features' DAGs under the `run_dag` fixture, in a pytest of its own, as a repository's own tests have it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from features.ends import present, present_files

pytestmark = [pytest.mark.slow, pytest.mark.needs_airflow(3, 1, "a local run")]

OF_EACH_KIND = (
    *("schedule_cron", "asset_of_all", "partition_producer", "parameters", "mapping", "rules", "sensors", "deferred"),
    *("callbacks", "retry_policy", "xcom", "triggers", "asks"),
)
REFUSED = ("schedule_ended", "parameter_required")
TESTS = """
import pytest

from airflowkit.errors import LocalRunError
from features.ends import ENDS, expected, states


@pytest.mark.parametrize("dag_id", {dag_ids})
def test_ends_as_in_production(run_dag, dag_id):
    end = ENDS[dag_id]
    result = run_dag(dag_id, **end.arguments)
    assert (result.state, states(result.tasks)) == (end.state, expected(end, result.tasks))


@pytest.mark.parametrize("dag_id", {refused})
def test_is_refused(run_dag, dag_id):
    with pytest.raises(LocalRunError, match=ENDS[dag_id].refused):
        run_dag(dag_id)
"""


def test_a_dag_of_each_kind_ends_in_a_users_test_as_in_production(tmp_path):
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "dags").mkdir()
    for file in present_files():
        shutil.copy(file, tmp_path / "dags")
    dag_ids = [dag_id for dag_id in OF_EACH_KIND if dag_id in present()]
    (tmp_path / "test_ends.py").write_text(TESTS.format(dag_ids=dag_ids, refused=REFUSED))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ends.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{len(dag_ids) + len(REFUSED)} passed" in done.stdout, done.stdout
