"""A rule that fails is a bug of airflowkit: it is reported as one, and the other rules are heard all the same."""

import json
import os
import pickle
import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import airflowkit
from airflowkit.checks.model.facts import FileFacts
from airflowkit.checks.model.failures import failed
from airflowkit.checks.model.findings import Place, Severity
from airflowkit.checks.report import Report
from airflowkit.checks.suppression.baseline import Baseline
from airflowkit.checks.suppression.selection import selected
from airflowkit.checks.workers.messages import Answer
from airflowkit.setting_sections import Check
from airflows import for_this_airflow

DAG_FILE = for_this_airflow("""\
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("orders", schedule=None):
    BashOperator(task_id="load", bash_command="echo {{ execution_dat }}")
""")


def checked(tmp_path: Path, patch: str, *arguments: str) -> tuple[int, list[dict]]:
    """Return the exit code and the findings of `airflowkit check` with a part of it broken."""
    (tmp_path / "dags").mkdir(exist_ok=True)
    (tmp_path / "dags" / "orders.py").write_text(DAG_FILE)
    (tmp_path / "site").mkdir(exist_ok=True)
    (tmp_path / "site" / "sitecustomize.py").write_text(patch)
    command = [sys.executable, "-m", "airflowkit", "check", "dags", "--no-cache", "--once", "--format", "json"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    ran = subprocess.run(
        [*command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    return ran.returncode, json.loads(ran.stdout)["findings"]


def breaking(module: str, name: str) -> str:
    """Return a patch that replaces a name of a module as soon as that is imported."""
    return f"""\
import importlib.abc, sys
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != {module!r}:
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec
        spec = find_spec(name)
        execute = spec.loader.exec_module
        def exec_module(module):
            execute(module)
            setattr(module, {name!r}, None)
        spec.loader.exec_module = exec_module
        return spec
sys.meta_path.insert(0, Finder())
"""


def test_a_rule_that_fails_is_reported_with_its_line_and_the_others_go_on(tmp_path):
    status, findings = checked(tmp_path, breaking("airflowkit.checks.rules.tasks", "operator_class"))
    (of_ours,) = [it for it in findings if it["code"] == "AK305"]
    assert re.match(
        r"airflowkit itself failed in the rule sensor-holds-worker, airflowkit/checks/rules/tasks\.py:\d+: TypeError: ",
        of_ours["message"],
    )
    assert "report" in of_ours["hint"]
    assert of_ours["severity"] == "error"
    assert "AK311" in {it["code"] for it in findings}
    assert "AK103" not in {it["code"] for it in findings}
    assert status == 1


def test_a_failure_outside_of_the_rules_does_not_blame_the_file(tmp_path):
    status, findings = checked(tmp_path, breaking("airflowkit.checks.workers.judging", "schedule_of"))
    assert "AK311" in {it["code"] for it in findings}
    (of_ours,) = [it for it in findings if it["code"] == "AK101"]
    assert of_ours["message"].startswith("airflowkit itself failed in ")
    assert status == 1


def raised() -> Exception:
    try:
        airflowkit.pod_tsk  # noqa: B018
    except AttributeError as error:
        return error
    raise AssertionError


def test_the_line_is_the_innermost_one_of_airflowkit():
    finding = failed("a test", raised(), "AK305", Place("orders.py", 3))
    assert re.search(r"airflowkit/__init__\.py:\d+: AttributeError", finding.message)
    assert (finding.path, finding.line, finding.severity) == ("orders.py", 3, Severity.ERROR)


def test_the_text_of_what_was_raised_shows_no_secret():
    error = ValueError("postgresql://app:hunter2@db/orders")
    assert "hunter2" not in failed("a test", error, "AK305", Place("orders.py")).message


FAILURE = failed("a test", ValueError("x"), "AK305", Place("/orders/dags/orders.py"))


def test_a_setting_cannot_make_a_failure_a_note():
    options = Check(severity={"AK305": "info"})
    assert selected([FAILURE], options, Path("/orders/dags"), lambda _path: []).findings == (FAILURE,)


def test_a_baseline_neither_takes_nor_hides_a_failure():
    report = Report((FAILURE,), files=1, dags=1)
    known = Baseline(Path("/orders/b.json"), Path("/orders")).updated_with(report)
    assert known.counts == {}
    accepted = Baseline(Path("/orders/b.json"), Path("/orders")).updated_with(
        Report((replace(FAILURE, failed=False),), files=1, dags=1)
    )
    assert accepted.counts
    assert accepted.without_known(report).findings == (FAILURE,)
    assert not report.passed


def test_facts_that_cannot_be_sent_are_a_failure_of_airflowkit():
    facts = FileFacts("/orders/dags/orders.py", output=threading.Lock())
    answer = pickle.loads(Answer(facts, last=False).as_bytes())
    assert answer.facts.findings[0].failed
    assert answer.facts.path == "/orders/dags/orders.py"
