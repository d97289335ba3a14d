"""`airflowkit check` as a user types it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit.checks.suppression.baseline import FILE
from airflows import for_this_airflow

GOOD = for_this_airflow("""\
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("orders", schedule=None):
    EmptyOperator(task_id="load")
""")


@pytest.fixture
def repository(tmp_path) -> Path:
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "orders.py").write_text(GOOD)
    return tmp_path


def airflowkit(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from airflowkit.cli.app import main; main()", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def without_time(report: str) -> str:
    return re.sub(r" in \d+\.\d s", "", report)


def test_a_clean_repository_passes_without_naming_its_folder(repository):
    result = airflowkit("check", cwd=repository)
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(r"1 file with 1 DAG checked in \d+\.\d s: nothing found\n", result.stdout)


def test_a_finding_fails_the_check_and_json_contains_all_of_it(repository):
    (repository / "dags" / "broken.py").write_text("# airflow dag\n\nimport nosuch\n")
    result = airflowkit("check", "dags", "--format", "json", cwd=repository)
    report = json.loads(result.stdout)
    assert result.returncode == 1
    assert report["findings"] == [
        {
            "code": "AK101",
            "severity": "error",
            "message": "ModuleNotFoundError: No module named 'nosuch'",
            "path": "dags/broken.py",
            "line": 3,
            "dag_id": None,
            "task_id": None,
            "hint": "add the package that provides nosuch to requirements.txt, and rebuild the image",
            "fixable": False,
            "failed": False,
        }
    ]
    assert report["summary"] == {
        "files": 2,
        "dags": 1,
        "findings": 1,
        "errors": 1,
        "warnings": 0,
        "infos": 0,
        "ignored": 0,
        "known": 0,
        "gone": 0,
        "passed": False,
    }


def test_exit_zero_reports_and_succeeds(repository):
    (repository / "dags" / "broken.py").write_text("# airflow dag\n1 / 0\n")
    result = airflowkit("check", "--exit-zero", cwd=repository)
    assert result.returncode == 0
    assert "AK101 import-error" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "nowhere does not exist; name a DAG folder or file"),
        (["empty"], "no DAG file in empty; pass the DAG folder: airflowkit check PATH"),
        (["airflowkit.toml"], "airflowkit.toml is neither a Python file nor a zip archive; name DAG files or folders"),
        (["--select", "AK999"], "--select names 'AK999', which is not a rule; did you mean 'AK"),
        (["--ignore", "pod-refused"], "--ignore names 'POD-REFUSED', which is not a rule; its code is AK408"),
        (["--format", "yaml"], "Invalid value for '--format': "),
        (["--baseline", "nowhere.json"], "Invalid value for --baseline: nowhere.json does not exist; --write-baseline"),
        (["--fix", "--write-baseline"], "a baseline accepts what --fix would fix: use only one of them"),
        (["--once", "--write-baseline", "--baseline", "no/b.json"], "no/b.json cannot be written: No such file or"),
        (["--selct", "AK1"], "No such option: --selct"),
    ],
)
def test_wrong_use_is_one_line_and_does_not_pass(repository, arguments, says):
    (repository / "empty").mkdir()
    result = airflowkit("check", *arguments, cwd=repository)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"airflowkit: {says}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("[check\n", "airflowkit.toml is not valid TOML: "),
        ("[check]\nselct = ['AK']\n", "airflowkit.toml: check.selct: unknown setting; did you mean 'select'?"),
        ("[check]\nselect = ['AX']\n", "[check] names 'AX', which is not a rule; "),
        ("[check]\ndags_folder = 'pipelines'\n", "pipelines does not exist; [check] dags_folder names it"),
    ],
)
def test_wrong_settings_are_one_line(repository, settings, says):
    (repository / "airflowkit.toml").write_text(settings)
    result = airflowkit("check", cwd=repository)
    assert (result.returncode, result.stdout) == (2, "")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


SEVERAL = for_this_airflow("""\
from airflow.sdk import DAG

print("loading")
dag = DAG("several", schedule=None)
""")


def codes(*arguments: str, cwd: Path) -> list[str]:
    result = airflowkit("check", "--once", "--format", "json", *arguments, cwd=cwd)
    return [finding["code"] for finding in json.loads(result.stdout)["findings"]]


def test_no_selection_hides_that_a_file_cannot_be_imported(repository):
    (repository / "dags" / "broken.py").write_text("# airflow dag\nimport nosuch\n")
    result = airflowkit("check", "--select", "AK4", cwd=repository)
    assert result.returncode == 1
    assert "AK101" in result.stdout
    (repository / "airflowkit.toml").write_text("[pod\n")
    result = airflowkit("check", "--select", "AK4", cwd=repository)
    assert (result.returncode, result.stdout) == (2, "")
    assert "airflowkit.toml is not valid TOML" in result.stderr


def test_the_command_line_selects_and_ignores_rules(repository):
    (repository / "dags" / "several.py").write_text(SEVERAL)
    (repository / "airflowkit.toml").write_text('[check]\nselect = ["AK1"]\n')
    assert codes(cwd=repository) == ["AK105"]
    assert codes("--select", "ak2,AK105", cwd=repository) == ["AK105", "AK205"]
    assert codes("--select", "AK2", "--select", "AK105", "--ignore", "AK20", cwd=repository) == ["AK105"]


def test_of_one_file_only_its_own_findings_are_reported(repository):
    (repository / "dags" / "several.py").write_text(SEVERAL)
    (repository / "dags" / "test_orders.py").write_text("def test_orders(): ...\n")
    (repository / "Dockerfile").write_text("FROM apache/airflow:latest\n")
    assert codes("dags/orders.py", cwd=repository) == []
    assert codes(cwd=repository) == ["AK605", "AK105", "AK205", "AK601"]


def test_a_baseline_applies_from_any_folder_and_counts_what_it_no_longer_needs(repository):
    broken, several = repository / "dags" / "broken.py", repository / "dags" / "several.py"
    broken.write_text("# airflow dag\n1 / 0\n")
    several.write_text(SEVERAL)
    accepted = airflowkit("check", "--once", "--write-baseline", cwd=repository / "dags")
    assert accepted.stdout == f"../{FILE}: 3 findings accepted\n"
    assert codes(cwd=repository) == codes("several.py", cwd=repository / "dags") == []
    several.write_text(SEVERAL.replace("print", "str"))
    broken.unlink()
    for arguments, gone in ((["--once"], "2 entries"), (["--once", "--select", "AK1", "dags/several.py"], "1 entry")):
        lines = airflowkit("check", *arguments, cwd=repository).stdout.splitlines()
        assert lines[-1].startswith(f"{gone} of the baseline ")
    airflowkit("check", "--once", "--write-baseline", "dags/several.py", cwd=repository)
    assert [entry["code"] for entry in json.loads((repository / FILE).read_text())] == ["AK101", "AK205"]


def test_the_second_check_of_the_same_files_imports_none(repository, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / "cache"))
    (repository / "dags" / "other.py").write_text(GOOD.replace("orders", "other"))
    for options in ((), ("--once",)):
        first = airflowkit("check", *options, cwd=repository)
        broken = repository / "sitecustomize.py"
        broken.write_text("import sys\nsys.modules['airflow'] = None\n")  # a worker that starts now cannot work
        with monkeypatch.context() as environment:
            environment.setenv("PYTHONPATH", str(repository), prepend=os.pathsep)
            second = airflowkit("check", *options, cwd=repository)
        assert without_time(second.stdout) == without_time(first.stdout)
        broken.unlink()


def test_nothing_is_written_beside_the_dag_files(repository):
    before = sorted(repository.rglob("*"))
    airflowkit("check", cwd=repository)
    assert sorted(repository.rglob("*")) == before


def test_a_folder_without_dags_is_told_as_a_sentence(tmp_path):
    result = airflowkit("check", cwd=tmp_path)
    assert (
        result.stderr == "airflowkit: no DAG file in the current folder; pass the DAG folder: airflowkit check PATH\n"
    )
