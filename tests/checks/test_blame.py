"""Which import makes a DAG file slow or large."""

import pytest

from airflowkit.checks.engine import checked
from airflowkit.checks.pool import Pool
from airflowkit.settings import Check

pytestmark = pytest.mark.slow

DAG = """\
import {0}
import json
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("{1}", schedule=None):
    EmptyOperator(task_id="load")
"""


@pytest.fixture
def pool():
    """One worker, so that it is certain who imports a module first."""
    with Pool(("airflow.sdk", "airflow.providers.standard.operators.empty"), size=1) as worker:
        yield worker


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "slow_helper.py").write_text("sum(range(20_000_000))\n")
    (tmp_path / "large_helper.py").write_text("kept = list(range(3_000_000))\n")
    return tmp_path


def messages(pool, folder, module, names, **budget):
    for name in names:
        (folder / f"{name}.py").write_text(DAG.format(module, name))
    report = checked(pool, folder, [folder / f"{name}.py" for name in names], Check(**budget))
    return [(finding.code, finding.message) for finding in report.findings]


def test_the_slow_import_is_named_in_every_file_that_imports_it(pool, folder):
    found = messages(pool, folder, "slow_helper", ["a", "b", "c", "d"], parse_seconds=0.1)
    assert [code for code, _ in found] == ["AK111"] * 4
    assert all(": import slow_helper 0." in message or ": import slow_helper 1." in message for _, message in found)


def test_the_large_import_is_named(pool, folder):
    ((code, message),) = messages(pool, folder, "large_helper", ["e"], parse_memory=50)
    assert code == "AK112"
    assert ": import large_helper 1" in message
