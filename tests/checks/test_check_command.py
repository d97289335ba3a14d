"""`airflowkit check` as a user types it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_a_finding_fails_the_check_and_json_tells_all_of_it(repository):
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
            "mend": "mend the line, or install what it imports",
            "fixable": False,
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


def test_a_missing_folder_is_wrong_use_and_no_pass(repository):
    result = airflowkit("check", "nowhere", cwd=repository)
    assert result.returncode == 2
    assert result.stderr == "airflowkit: nowhere does not exist. name a DAG folder or file: airflowkit check PATH\n"


def test_the_second_check_of_the_same_files_imports_none(repository, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / "cache"))
    (repository / "dags" / "other.py").write_text(GOOD.replace("orders", "other"))
    for options in ((), ("--once",)):
        first = airflowkit("check", *options, cwd=repository)
        broken = repository / "sitecustomize.py"
        broken.write_text("import sys\nsys.modules['airflow'] = None\n")  # a worker that starts now cannot work
        monkeypatch.setenv("PYTHONPATH", str(repository))
        second = airflowkit("check", *options, cwd=repository)
        assert without_time(second.stdout) == without_time(first.stdout)
        monkeypatch.delenv("PYTHONPATH")
        broken.unlink()


def test_nothing_is_written_beside_the_dag_files(repository):
    before = sorted(repository.rglob("*"))
    airflowkit("check", cwd=repository)
    assert sorted(repository.rglob("*")) == before
