"""The report has each thing in one place: errors, differences, what changes silently, and rules."""

import json
from dataclasses import replace
from pathlib import Path

from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.compare.fields import NEXT_RUNS, SCHEDULE, Dag, Field, Kind
from airflowkit.compare.state import State
from airflowkit.upgrade.environment import Environment
from airflowkit.upgrade.formats.json import render
from airflowkit.upgrade.lines import lines_of_upgrade, summary
from airflowkit.upgrade.report import Report, drawn

OLD, NEW = Environment(Path("/old"), "2.11.2", foreign=False), Environment(Path("/new"), "3.3.0")
RUN = {"run_after": "2026-12-02T00:00+00:00", "logical_date": "2026-12-02T00:00+00:00"}
DAG = Dag("dags/a.py", {SCHEDULE: "none"}, {"load": {Field(Kind.TASK, "retries"): "1"}}, runs={"next": [RUN]})
PLAIN = State(dags={"a": DAG}, seconds={"dags/a.py": 0.0})


def finding(code: str, message: str = "no", line: int | None = 1) -> Finding:
    return Finding(code, Severity.ERROR, message, "dags/a.py", line, hint="do it")


def report(newer: State, older: State = PLAIN) -> Report:
    return drawn(OLD, NEW, older, newer)


def text(found: Report) -> str:
    return "\n".join(f"{line.sign} {line.text}" for line in lines_of_upgrade(found))


def test_equal_states_are_nothing_to_do():
    found = report(PLAIN)
    assert not found.has_work
    assert (text(found), summary(found)) == ("", "nothing to do")


def test_each_name_that_is_gone_is_an_error_with_its_line_and_successor():
    gone = [finding("AK101", f"imports {name}", line) for line, name in enumerate(("x.A", "x.B"), start=3)]
    found = report(replace(PLAIN, failures={"dags/a.py": "ImportError: x"}, findings=tuple(gone)))
    assert "- 3: imports x.A: do it\n- 4: imports x.B: do it" in text(found)
    assert not found.began
    assert summary(found) == "1 file cannot be imported"


def test_a_file_whose_error_is_told_at_another_file_is_an_error_too():
    found = report(replace(PLAIN, failures={"dags/a.py": "ImportError: x"}))
    assert [(error.path, error.message) for error in found.errors] == [("dags/a.py", "ImportError: x")]


def test_a_file_that_fails_under_both_is_not_for_the_upgrade_to_fix():
    broken = State(failures={"dags/a.py": "no"}, unknown={"dags/a.py": "no"}, seconds={"dags/a.py": 0.0})
    found = report(broken, broken)
    assert found.errors == ()
    assert "cannot be compared: dags/a.py: no" in text(found)


def test_rules_begin_and_cease_by_code():
    found = report(replace(PLAIN, findings=(finding("AK311"),)), replace(PLAIN, findings=(finding("AK213"),)))
    assert "+ AK311: 1 finding" in text(found)
    assert "- AK213: 1 finding" in text(found)
    assert summary(found) == "new findings of 1 rule"


def test_a_finding_is_one_line_whatever_the_file_has_written_into_it_and_may_have_no_line():
    found = report(replace(PLAIN, findings=(finding("AK311", "a\x1b[2J\nb", None), finding("AK311", "c"))))
    assert "\n dags/a.py: a?[2J b\n dags/a.py:1: c" in text(found)


def test_rules_that_only_cease_are_nothing_to_do():
    assert not report(PLAIN, replace(PLAIN, findings=(finding("AK213"),))).has_work


def test_other_next_runs_are_told_only_if_no_run_is_the_same():
    dates = [replace(DAG, fields={**DAG.fields, NEXT_RUNS: str(number)}) for number in range(2)]
    older, newer = (State(dags={"a": dag}, seconds=PLAIN.seconds) for dag in dates)
    assert report(newer, older).changes == ()
    other = replace(dates[1], runs={"next": [{"run_after": "2026-12-03T00:00+00:00"}]})
    (only,) = report(replace(newer, dags={"a": other}), older).changes
    assert only.field == "next runs"


def test_a_task_that_differs_is_told_and_json_has_the_same():
    task = {"load": {Field(Kind.TASK, "retries"): "2"}}
    found = report(replace(PLAIN, dags={"a": replace(DAG, tasks=task)}))
    assert "~ retries: 1 → 2" in text(found)
    document = json.loads(render(found))
    assert document["before"] == {"airflow": "2.11.2", "python": "/old"}
    assert [change["field"] for change in document["changes"]] == ["retries"]


def test_an_sla_that_is_ignored_is_told_once_though_a_rule_finds_it_too():
    its = replace(finding("AK506", "passes sla, which Airflow ignores"), dag_id="a")
    older = replace(PLAIN, dags={"a": replace(DAG, runs={**DAG.runs, "slas": ["load"]})})
    found = report(replace(PLAIN, findings=(its,)), older)
    assert ([each.what for each in found.silent], found.began) == (["sla"], ())
    assert report(replace(PLAIN, findings=(its,))).began == (its,)


def test_the_value_of_a_sensitive_variable_is_nowhere_in_the_report(monkeypatch):
    monkeypatch.setenv("ORDERS_PASSWORD", "correct-horse")
    why = Finding("AK101", Severity.ERROR, "ValueError: correct-horse", "a.py")
    rule = Finding("AK311", Severity.ERROR, "uses correct-horse", "b.py")
    newer = State(failures={"a.py": "correct-horse", "c.py": "correct-horse"}, findings=(why, rule))
    found = report(newer, State(failures={"d.py": "x"}))
    assert len(found.errors) == 2
    assert found.began
    assert "correct-horse" not in render(found)


def test_what_only_a_file_that_fails_has_needed_is_not_told_as_no_longer_needed():
    needing = replace(DAG, tasks={"load": {Field(Kind.TASK, "wasb_conn_id"): "'wasb'"}})
    older = replace(PLAIN, dags={"a": needing})
    assert "no longer needed" in text(report(PLAIN, older)).lower()
    failing = State(failures={"dags/a.py": "no"}, findings=(finding("AK101"),), seconds={"dags/a.py": 0.0})
    assert "no longer needed" not in text(report(failing, older)).lower()
