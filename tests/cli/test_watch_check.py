"""`airflowkit check --watch` on a real terminal."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from airflows import for_this_airflow

OUTGROWN = Path(__file__).parents[1] / "checks/rules/cases/AK611/bad"
GOOD = for_this_airflow("""\
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("orders", schedule=None, start_date=None):
    EmptyOperator(task_id="load")
""")
READING = """\
from pathlib import Path
from names import NAME
assert Path(__file__).with_name("data.txt").read_text() == NAME
"""
BROKEN = GOOD + "import nosuch\n"

BUSY = """\
import subprocess, time
from pathlib import Path

subprocess.Popen(["sleep", "600"], start_new_session=True)
Path(__file__).with_name("busy").touch()
time.sleep(600)  # airflow DAG
"""


@pytest.fixture
def repository(tmp_path) -> Path:
    (tmp_path / "airflowkit.toml").touch()
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "orders.py").write_text(GOOD)
    return tmp_path


@pytest.fixture
def scratch(tmp_path_factory, monkeypatch):
    """The temporary folder of the command."""
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    return folder


@pytest.fixture
def watch(repository, scratch, terminal):
    """Start the command, and wait for its first answer."""

    def start(*arguments):
        command = terminal("check", "--watch", *arguments)
        command.expect("nothing found")
        return command

    return start


@pytest.fixture
def git(repository):
    def run(*arguments):
        identity = ["-c", "user.name=me", "-c", "user.email=me@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=repository, check=True, capture_output=True)

    return run


def replaced(file: Path, content: str) -> None:
    """Save as many editors do: another file, which is then renamed."""
    other = file.with_name(f".{file.name}.tmp")
    other.write_text(content)
    other.replace(file)


def test_each_save_is_answered_with_what_it_changed_until_the_file_is_as_it_was(watch, repository):
    command, file = watch(), repository / "dags" / "orders.py"
    file.write_text(BROKEN)
    answer = command.expect("1 new, 0 gone. 1 file with 0 DAGs checked")
    assert "dags/orders.py saved" in answer
    assert "E AK101 import-error  ModuleNotFoundError: No module named 'nosuch'" in answer
    replaced(file, GOOD)
    assert "gone: dags/orders.py:6 AK101" in command.expect("0 new, 1 gone. 1 file with 1 DAG checked")
    (repository / "dags" / "other.py").write_text(GOOD.replace("orders", "other") + "1 / 0\n")
    answer = command.expect("1 new, 0 gone. 2 files with 1 DAG checked")
    assert "ZeroDivisionError" in answer
    assert "nosuch" not in answer
    (repository / "dags" / "other.py").rename(repository / "dags" / "renamed.py")
    answer = command.expect("1 new, 1 gone. 2 files with 1 DAG checked")
    assert "dags/renamed.py\n" in answer.replace("\r", "")
    (repository / "dags" / "renamed.py").unlink()
    assert "dags/renamed.py deleted" in command.expect("0 new, 1 gone. 1 file with 1 DAG checked")


def test_a_module_that_dag_files_import_a_data_file_and_the_settings_are_watched(watch, repository):
    names, data, file = (repository / "dags" / name for name in ("names.py", "data.txt", "orders.py"))
    names.write_text("NAME = 'load'\n")
    data.write_text("load")
    file.write_text(READING + GOOD)
    command = watch()
    names.write_text("OTHER = 'load'\n")
    assert "cannot import name 'NAME'" in command.expect("1 new, 0 gone.")
    names.write_text("NAME = 'load'\n")
    command.expect("0 new, 1 gone.")
    data.write_text("other")
    assert "dags/data.txt saved" in command.expect("1 new, 0 gone.")
    data.write_text("load")
    command.expect("0 new, 1 gone.")
    (repository / "airflowkit.toml").write_text("[check")
    command.expect("is not valid TOML")
    (repository / "airflowkit.toml").write_text("[check]\nrequire_owner = true\n")
    command.expect("airflowkit.toml:")


def test_the_kept_contract_is_watched(watch, repository):
    shutil.copytree(OUTGROWN, repository, dirs_exist_ok=True)
    contract = (repository / "contract.json").read_text()
    (repository / "contract.json").unlink()
    command = watch()
    (repository / "contract.json").write_text(contract)
    assert "AK611" in command.expect("new, 0 gone.")


def test_findings_of_a_file_that_cannot_be_imported_are_neither_gone_nor_new_again(watch, repository):
    command, file = watch(), repository / "dags" / "orders.py"
    file.write_text(GOOD.replace('"load"', '"load", retries=-1'))
    (code,) = set(re.findall(r"AK\d{3}", command.expect("1 new, 0 gone.")))
    file.write_text(BROKEN)
    assert code not in command.expect("1 new, 0 gone.")
    file.write_text(GOOD.replace('"load"', '"load", retries=-1'))
    assert code not in command.expect("0 new, 1 gone.")


def test_a_branch_switch_is_one_answer(watch, repository, git):
    for number in range(40):
        (repository / "dags" / f"dag_{number}.py").write_text(GOOD.replace("orders", f"dag_{number}"))
    git("init", "--initial-branch", "main")
    git("add", ".")
    git("commit", "--message", "many")
    git("switch", "--create", "few")
    git("rm", "--quiet", "dags/dag_*.py")
    (repository / "dags" / "later").mkdir()
    (repository / "dags" / "later" / "dag.py").write_text(GOOD.replace("orders", "later"))
    git("add", ".")
    git("commit", "--message", "few")
    git("switch", "main")
    command = watch()
    git("switch", "few")
    assert "41 files changed" in command.expect("2 files with 2 DAGs checked")
    git("switch", "main")
    assert "41 files changed" in command.expect("41 files with 41 DAGs checked")


def test_without_dag_files_or_the_folder_it_stays_and_says_so(watch, repository):
    command = watch("dags")
    dags, away = repository / "dags", repository / "away"
    dags.rename(away)
    command.expect("airflowkit: dags does not exist")
    away.rename(dags)
    command.expect("1 file with 1 DAG checked")
    replaced(dags / "orders.py", BROKEN)
    command.expect("1 new, 0 gone.")


def test_ctrl_c_ends_it_with_130_and_leaves_nothing(watch, scratch):
    command = watch()
    below = psutil.Process(command.process.pid).children(recursive=True)
    assert below
    command.press_ctrl_c()
    assert command.process.wait(timeout=120) == 130
    assert "Traceback" not in command.text
    psutil.wait_procs(below, timeout=120)
    assert not [process for process in below if process.is_running()]
    assert not list(scratch.iterdir())


def test_ctrl_c_while_a_file_is_imported_ends_what_that_file_has_started(watch, repository, scratch):
    command = watch()
    (repository / "dags" / "busy.py").write_text(BUSY)
    while not (repository / "dags" / "busy").exists():
        time.sleep(0.05)
    below = psutil.Process(command.process.pid).children(recursive=True)
    assert [process for process in below if process.name() == "sleep"]
    command.press_ctrl_c()
    assert command.process.wait(timeout=120) == 130
    assert "Traceback" not in command.text
    psutil.wait_procs(below, timeout=120)
    assert not [process for process in below if process.is_running()]
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_as_ctrl_c_does(watch, scratch, number):
    command = watch()
    os.kill(command.process.pid, number)
    assert command.process.wait(timeout=120) == 130
    assert not list(scratch.iterdir())


def test_a_terminal_is_cleared_for_each_answer_and_other_output_is_not(repository, scratch, terminal):
    command = terminal("check", "--watch", term="xterm")
    command.expect("nothing found")
    (repository / "dags" / "orders.py").write_text(BROKEN)
    answer = command.expect("1 new, 0 gone.")
    assert "\x1b[2J" in answer


@pytest.mark.parametrize(
    "arguments",
    [["--fix"], ["--diff"], ["--write-baseline"], ["--exit-zero"], ["--format", "json"], ["--format", "sarif"]],
)
def test_what_makes_no_sense_with_it_is_refused_in_one_line(arguments, airflowkit, repository):
    result = airflowkit("check", "--watch", *arguments, cwd=repository)
    assert (result.status, result.stderr.count("\n")) == (2, 1)
    assert f"use it without {arguments[0]}" in result.stderr


def test_a_path_that_does_not_exist_is_refused(airflowkit, repository):
    result = airflowkit("check", "--watch", "dgas", cwd=repository)
    assert (result.status, result.stderr.count("\n")) == (2, 1)
