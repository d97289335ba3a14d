"""Which import makes a DAG file slow or large, whoever imported the module first."""

from pathlib import Path

import pytest

from airflowkit.checks.engine import checked
from airflowkit.checks.workers.messages import Job
from airflowkit.checks.workers.pool import Pool
from airflowkit.setting_sections import Check
from airflows import for_this_airflow

pytestmark = pytest.mark.slow

DAG = for_this_airflow("""\
{0}
import json
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("{1}", schedule=None):
    EmptyOperator(task_id="load")
""")
HELPERS = {
    "slow_helper": "sum(range(20_000_000))",
    "large_helper": "kept = list(range(3_000_000))",
    "middle": "import slow_helper",
    "factory": "def made():\n    import slow_helper",
}


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def pool(request):
    """Workers that have imported nothing yet."""
    with Pool(("airflow.sdk", "airflow.providers.standard.operators.empty"), size=request.param) as workers:
        yield workers


@pytest.fixture
def folder(tmp_path):
    for name, content in HELPERS.items():
        (tmp_path / f"{name}.py").write_text(f"{content}\n")
    return tmp_path


def blamed(pool, folder, *beginnings, **budget):
    """Return what is blamed in files a, b, c and so on, each with its own first lines: file, code, import and size."""
    files = [folder / f"{name}.py" for name, _ in zip("abcdefgh", beginnings, strict=False)]
    for file, beginning in zip(files, beginnings, strict=True):
        file.write_text(DAG.format(beginning, file.stem))
    findings = checked(pool, folder, files, Check(**budget)).findings
    return [(Path(it.path).stem, it.code, *it.message.rpartition(": import ")[2].split()[:2]) for it in findings]


def test_the_slow_import_is_named_in_every_file_that_imports_it(pool, folder):
    found = blamed(pool, folder, *["import slow_helper"] * 4, parse_seconds=0.1)
    assert [it[:3] for it in found] == [(name, "AK111", "slow_helper") for name in "abcd"]
    assert all(float(seconds) >= 0.1 for *_, seconds in found)


def test_the_large_import_is_named_in_every_file_that_imports_it(pool, folder):
    found = blamed(pool, folder, *["import large_helper"] * 3, parse_memory=50)
    assert [it[:3] for it in found] == [(name, "AK112", "large_helper") for name in "abc"]
    assert all(int(float(size)) > 50 for *_, size in found)


def test_a_slow_module_counts_for_those_who_reach_it_on_other_ways(pool, folder):
    """Neither a module in between nor a function that imports makes it cheaper for those who come later."""
    ways = ["import middle", "from slow_helper import __name__", "import factory; factory.made()", "import middle"]
    found = blamed(pool, folder, *ways, "import factory", parse_seconds=0.1)
    assert [(file, name) for file, _, name, _ in found] == [
        ("a", "middle"),
        ("b", "slow_helper"),
        ("c", "slow_helper"),
        ("d", "middle"),
    ]


def test_a_worker_that_is_replaced_in_between_changes_nothing(pool, folder):
    files = ["import slow_helper", "import os; os._exit(3)", "import slow_helper", "import os; os._exit(3)"]
    found = blamed(pool, folder, *files, "import slow_helper", parse_seconds=0.1)
    assert [it[:2] for it in found] == [
        ("a", "AK111"),
        ("b", "AK103"),
        ("c", "AK111"),
        ("d", "AK103"),
        ("e", "AK111"),
    ]


def test_nothing_is_worked_out_for_a_file_within_its_budget(pool, folder):
    file = folder / "a.py"
    file.write_text(DAG.format("import slow_helper", "a"))
    within, over = (Job(str(file), str(folder), Check(parse_seconds=seconds)) for seconds in (600, 0.1))
    assert [facts.imports for facts in pool.results([within])] == [()]
    assert ["slow_helper" in [cost.name for cost in facts.imports] for facts in pool.results([over])] == [True]
