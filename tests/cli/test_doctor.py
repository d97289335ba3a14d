"""`airflowkit doctor`: what users of such tools complain of."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from airflowkit.deploy.doctor import sources
from airflowkit.deploy.doctor.findings import Finding
from airflowkit.deploy.doctor.source import Examination, Source
from airflowkit.errors import NothingThere, SecretsError
from airflowkit.ignores import Ignore
from airflowkit.settings import forget_settings
from scaffold.combinations import answers
from scaffold.conftest import files_of

BAD = "executor: KubernetesExecutor\npostgresql:\n  enable: false\nmigrateDatabaseJob: {useHelmHooks: false}\n"
FORMATS = ["text", "json", "junit", "sarif", "github"]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with faults, on a computer without Airflow and cluster."""
    for name in ("AIRFLOW_HOME", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    root = tmp_path / "repository"
    (root / "deploy").mkdir(parents=True)
    (root / "deploy" / "values.yaml").write_text(BAD)
    (root / "airflowkit.toml").write_text("")
    return root


@pytest.fixture
def doctor(airflowkit, repository):
    return lambda *arguments: airflowkit("doctor", *arguments, cwd=repository)


@pytest.fixture
def examine(monkeypatch, doctor):
    """Run the command with other examinations of the repository."""

    def run(*judges, arguments=()):
        parts = tuple(Examination(("AD101", "AD105"), judge, judge.__name__) for judge in judges)
        monkeypatch.setattr(sources, "SOURCES", (Source("repository", "AD100", parts),))
        return doctor(*arguments)

    return run


def settings(repository, text):
    (repository / "airflowkit.toml").write_text(text)
    forget_settings()


def valid(text, output_format):
    """Return what a report says, read as its format."""
    if output_format in {"json", "sarif"}:
        return json.loads(text)
    return ET.fromstring(text) if output_format == "junit" else text


@pytest.mark.parametrize("output_format", FORMATS)
def test_findings_are_a_valid_document_and_exit_1(doctor, output_format):
    result = doctor("--format", output_format, "--select", "repository")
    assert result.status == 1
    assert valid(result.stdout, output_format) is not None
    assert "AD101" in result.stdout
    assert "postgresql.enable" in result.stdout


@pytest.mark.parametrize("output_format", FORMATS)
def test_where_nothing_is_there_to_examine_is_a_valid_document_and_exit_1(doctor, output_format):
    result = doctor("--format", output_format, "--select", "airflow")
    assert (result.status, result.stderr) == (1, "")
    assert output_format in {"github", "text"} or valid(result.stdout, output_format) is not None


def test_no_airflow_here_is_one_line_that_says_so(doctor):
    lines = doctor("--select", "airflow").stdout.splitlines()
    assert lines[0].startswith("airflow: no Airflow is configured here")
    assert lines[1:] == ["nothing was examined"]


def test_a_finding_says_its_code_source_place_what_it_breaks_the_hint_and_the_page(doctor):
    found = json.loads(doctor("--format", "json", "--select", "AD101").stdout)["findings"]
    first = next(finding for finding in found if finding["subject"] == "postgresql.enable")
    assert (first["source"], first["category"], first["severity"]) == ("repository", "values", "error")
    assert (first["path"], first["line"]) == ("deploy/values.yaml", 3)
    assert first["breaks"]
    assert first["hint"]
    assert first["page"].startswith("docs/reference/doctor.md#ad101-")
    text = doctor("--select", "AD101").stdout
    for part in ("E AD101", "deploy/values.yaml:3", "breaks: ", "> ", "page: docs/reference/doctor.md#ad101-"):
        assert part in text


@pytest.mark.parametrize(
    ("arguments", "toml", "words"),
    [
        (("--select", "nonsense"), "", "nonsense"),
        (("--ignore", "AD9"), "", "AD9"),
        (("--select", "cluster", "--ignore", "cluster"), "", "nothing is left"),
        ((), "[doctor]\nignore = { AD999 = 'x' }\n", "AD999"),
        ((), "[doctor]\nignore = { AD101 = '' }\n", "reason"),
        ((), "[doctor]\nignore = { AD101 = { reason = 'x', until = 'soon' } }\n", "until"),
        ((), "[doctor]\nignore = { AD101 = { reason = 'x', until = 86400 } }\n", "must be a date"),
        ((), "[doctor]\nignore = { AD101 = { reason = 'x', until = 2027-01-01T10:00:00 } }\n", "must be a date"),
        ((), "[doctor]\nignore = { AD101 = { until = 2027-01-01 } }\n", "AD101.0.reason: is missing"),
        ((), "[doctor\n", "TOML"),
        (("nowhere",), "", "nowhere"),
        (("a" * 300,), "", "File name too long"),
        (("--write",), "", "--contract"),
        (("--contract", "--select", "AD1"), "", "--select"),
    ],
)
def test_wrong_use_is_exit_2_one_line_and_still_one_document(doctor, repository, arguments, toml, words):
    settings(repository, toml)
    result = doctor("--format", "json", *arguments)
    assert result.status == 2
    assert words in result.stderr
    document = json.loads(result.stdout)
    assert document["error"]["message"]
    assert document["summary"]["passed"] is False


def test_an_examination_that_crashes_is_our_fault_and_the_others_go_on(examine):
    def crash(_request):
        yield Finding("AD105", "before")
        raise KeyError("password=hunter2")

    result = examine(crash, lambda _request: [Finding("AD101", "after")], arguments=["--format", "json"])
    found = json.loads(result.stdout)["findings"]
    assert [finding["code"] for finding in found] == ["AD100", "AD101", "AD105"]
    assert found[0]["failed"]
    assert "a bug of airflowkit, not of your file" in found[0]["hint"]
    assert "hunter2" not in result.stdout
    assert result.status == 1


def test_a_crash_cannot_be_ignored(examine, repository):
    settings(repository, "[doctor.ignore]\nAD1 = 'noise'\n")

    def crash(_request):
        raise SystemExit(0)

    result = examine(crash)
    assert result.status == 1
    assert "airflowkit itself failed" in result.stdout


def test_a_source_that_refuses_is_a_finding_and_not_a_green_answer(examine):
    def refuse(_request):
        raise SecretsError("the cluster refuses", hint="ask for the right")

    result = examine(refuse)
    assert result.status == 1
    assert "E AD100" in result.stdout
    assert "> ask for the right" in result.stdout


def test_infos_do_not_fail_the_command(examine):
    result = examine(lambda _request: [Finding("AD105", "is not set")], arguments=["--format", "json"])
    assert result.status == 0
    assert json.loads(result.stdout)["summary"] | {"infos": 1, "passed": True} == json.loads(result.stdout)["summary"]


def test_a_source_of_which_one_part_is_there_is_examined(examine):
    def absent(_request):
        raise NothingThere("no values here")

    result = examine(absent, lambda _request: [])
    assert "repository: nothing found" in result.stdout
    assert examine(absent).stdout.startswith("repository: no values here\n")


def test_an_ignore_hides_a_finding_and_counts_it(doctor, repository):
    before = json.loads(doctor("--format", "json", "--select", "repository").stdout)["summary"]
    settings(repository, "[doctor.ignore]\nAD101 = 'a fork of the chart knows it'\n")
    after = json.loads(doctor("--format", "json", "--select", "repository").stdout)["summary"]
    assert after["ignored"] == 1
    assert after["errors"] == before["errors"] - 1


@pytest.mark.parametrize(("days", "back"), [(-1, True), (0, False), (1, False)])
def test_an_ignore_holds_to_the_end_of_its_last_day_and_then_says_so(doctor, repository, days, back):
    until = (datetime.now().astimezone() + timedelta(days=days)).date()
    settings(repository, f"[doctor.ignore]\nAD101 = {{ reason = 'until the fork is gone', until = {until} }}\n")
    result = doctor("--select", "AD101")
    assert (result.status, f"ignored until {until}: until the fork is gone" in result.stdout) == (int(back), back)


def test_an_ignore_may_be_for_one_place_only_and_several_for_one_code(doctor, repository):
    values = repository / "deploy" / "values.yaml"
    values.write_text("executor: KubernetesExecutor\npostgresql: {enable: 1}\nscheduler: {replica: 1, replic: 2}\n")
    settings(
        repository,
        "[doctor.ignore]\nAD101 = [{ reason = 'a', at = 'postgresql.*' }, { reason = 'b', at = '*.replic' }]\n",
    )
    found = json.loads(doctor("--format", "json", "--select", "AD101").stdout)
    assert [finding["subject"] for finding in found["findings"]] == ["scheduler.replica"]
    assert found["summary"]["ignored"] == 2


@pytest.mark.parametrize(("at", "covered"), [("env[0].*", True), ("env[1].*", False), ("env?0].name", False)])
def test_only_the_star_of_a_place_has_a_meaning(at, covered):
    assert Ignore(reason="x", at=at).covers("env[0].name") is covered


def test_an_ignore_that_ignores_nothing_any_more_is_a_note(doctor, repository):
    settings(repository, "[doctor.ignore]\nAD106 = 'x'\nAD201 = 'that source is not here'\n")
    result = doctor()
    assert "note: [doctor] ignore AD106 is no longer needed" in result.stdout
    assert "AD201" not in result.stdout


@pytest.mark.parametrize(
    ("select", "codes"),
    [("repository/values", {"AD101"}), ("AD101,AD140", {"AD101", "AD140"}), ("repository/logs", {"AD140"})],
)
def test_a_part_can_be_examined_alone(doctor, select, codes):
    found = json.loads(doctor("--format", "json", "--select", select, "--ignore", "AD105,AD111").stdout)["findings"]
    assert {finding["code"] for finding in found} == codes


def test_the_report_fits_a_screen_when_all_is_well(airflowkit, tmp_path, monkeypatch, repository):
    root = tmp_path / "well"
    for name, text in files_of(answers()).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = airflowkit("doctor", "--select", "repository,airflow", cwd=root)
    assert result.status == 0
    assert len(result.stdout.splitlines()) <= 24


def test_the_values_that_are_named_are_examined_in_their_order(doctor, repository):
    (repository / "one.yaml").write_text("executor: KubernetExecutor\n")
    (repository / "two.yaml").write_text("executor: KubernetesExecutor\n")
    assert doctor("--select", "AD106", "-f", "one.yaml", "-f", "two.yaml").status == 0
    assert doctor("--select", "AD106", "-f", "two.yaml", "-f", "one.yaml").status == 1
    missing = doctor("--select", "AD100", "-f", "three.yaml")
    assert (missing.status, "three.yaml" in missing.stdout) == (1, True)


def test_exit_zero_is_asked_for(doctor):
    assert doctor("--select", "repository", "--exit-zero").status == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--write",),
        ("--format", "yaml"),
        ("--format", "xml"),
        ("--contract", "--format", "sarif"),
        *(("--contract", option, "x") for option in ("--select", "--values", "--cluster", "--namespace", "--context")),
        ("--contract", "--exit-zero"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_use(doctor, arguments):
    result = doctor(*arguments)
    assert result.status == 2
    assert len(result.stderr.splitlines()) == 1


def test_the_page_of_a_code_is_in_the_terminal_too(airflowkit, tmp_path):
    page = airflowkit("explain", "AD120", cwd=tmp_path)
    assert (page.status, "branch-beside-ref" in page.stdout, "42918" in page.stdout) == (0, True, True)
    assert "AD201" in airflowkit("explain", "AD2", cwd=tmp_path).stdout
    assert airflowkit("explain", "AD999", cwd=tmp_path).status == 2


def test_without_a_cluster_the_command_that_exports_one_has_a_line_of_its_own(repository):
    # The client keeps the KUBECONFIG with which it was imported.
    command = [sys.executable, "-m", "airflowkit", "doctor", "--select", "cluster"]
    lines = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False).stdout.splitlines()
    said = next(number for number, line in enumerate(lines) if line.startswith("cluster: no cluster"))
    assert len(lines[said]) < 250
    assert lines[said + 1].startswith("for ns in airflow; do kubectl get ")
