"""What workers do to be fast changes nothing that a DAG file can tell."""

from pathlib import Path

import pytest

from airflowkit.checks.engine import checked
from airflowkit.checks.workers.messages import Job
from airflowkit.checks.workers.pool import Pool
from airflowkit.checks.workers.retrial import results
from airflowkit.setting_sections import Check
from airflows import for_this_airflow

pytestmark = pytest.mark.slow

DAG = for_this_airflow("""\
from airflow.sdk import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import Configuration, V1Affinity, V1EnvVar
{0}
with DAG("{1}", schedule=None):
    pass
""")


@pytest.fixture(scope="module")
def pool():
    with Pool(("airflow.providers.cncf.kubernetes.operators.pod",), size=1) as workers:
        yield workers


def findings(pool, folder, **beginnings):
    for name, beginning in beginnings.items():
        (folder / f"{name}.py").write_text(DAG.format(beginning, name))
    report = checked(pool, folder, sorted(folder.glob("*.py")), Check(select=["AK1"]))
    return [(finding.code, finding.message) for finding in report.findings]


def test_the_client_still_refuses_what_it_refuses(pool, tmp_path):
    ((code, message),) = findings(pool, tmp_path, a="V1EnvVar(value='no name')")
    assert code == "AK101"
    assert "Invalid value for `name`" in message


def test_the_clients_objects_share_one_configuration(pool, tmp_path):
    shared = "assert V1Affinity().local_vars_configuration is V1Affinity().local_vars_configuration"
    assert findings(pool, tmp_path, a=shared) == []


@pytest.mark.parametrize(
    "ways",
    [
        ("import sys; sys.modules['json'] = None",),
        ("from sys import modules; modules['json'] = None",),
        ("import json, sys; sys.modules = {**sys.modules, 'json': None}",),
        ("import json\nfrom unittest.mock import patch\npatch.dict('sys.modules', {'json': None}).start()",),
        ("import keeps_modules", "import keeps_modules; keeps_modules.kept['json'] = None"),
        ("import keeps_modules", "", "import keeps_modules; del keeps_modules.kept['json']"),
    ],
    ids=["asks sys", "imports it", "exchanges it", "patches it", "kept it before", "kept it long ago"],
)
def test_a_file_that_replaces_a_module_is_reported_however_it_got_it(pool, tmp_path, ways):
    (tmp_path / "keeps_modules.py").write_text("from sys import modules as kept")
    files = dict(zip("abc", ways, strict=False))
    assert [code for code, _ in findings(pool, tmp_path, **files)] == ["AK106"]


def test_a_fault_of_airflowkit_does_not_reach_the_next_file(pool, tmp_path):
    breaks = "import airflowkit.checks.workers.judging as judging\njudging.schedule_of = None\n"
    for name, beginning in {"first": "", "second": breaks, "third": ""}.items():
        (tmp_path / f"{name}.py").write_text(DAG.format(beginning, name))
    jobs = [Job(str(file), str(tmp_path), Check()) for file in sorted(tmp_path.glob("*.py"))]
    facts = {Path(file.path).stem: file for file in results(pool, jobs)}
    failed = [name for name, file in facts.items() if any(finding.failed for finding in file.findings)]
    assert failed == ["second"]
