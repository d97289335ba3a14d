"""Ctrl-C ends a check at once, and leaves nothing behind."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from airflowkit.checks.engine import check
from airflows import for_this_airflow

pytestmark = pytest.mark.slow

PROGRAM = """\
import signal

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for its background
from airflowkit.cli.app import main

main()
"""
COMMAND = [sys.executable, "-c", PROGRAM, "check", "dags", "--once"]
GOOD = for_this_airflow("""\
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("good", schedule=None):
    EmptyOperator(task_id="load")
""")
BUSY = """\
import subprocess, time
from pathlib import Path

subprocess.Popen(["sleep", "600"], start_new_session=True)
Path("busy").touch()
time.sleep(600)  # airflow DAG
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for variable, folder in {"TMPDIR": "tmp", "XDG_CACHE_HOME": "cache"}.items():
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / folder))
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "good.py").write_text(GOOD)
    return tmp_path


def interrupted(when, repository):
    """Return the exit code of a check that is interrupted as soon as something holds."""
    process = subprocess.Popen(COMMAND, start_new_session=True)
    while not when():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    return process.wait(20)


def processes_of(repository):
    """Return what runs with the repository's folder for temporary files."""
    sign = f"TMPDIR={repository / 'tmp'}".encode()
    return [path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if sign in content(path)]


def content(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_while_files_are_imported(repository):
    (repository / "dags" / "busy.py").write_text(BUSY.replace('Path("busy")', f"Path({str(repository / 'busy')!r})"))
    assert interrupted((repository / "busy").exists, repository) == 130
    assert processes_of(repository) == []
    assert [*(repository / "tmp").iterdir(), *(repository / "cache").rglob("*.*")] == []


def test_while_airflow_is_imported(repository):
    begun = time.monotonic()
    assert interrupted(lambda: len(processes_of(repository)) == 2, repository) == 130
    assert time.monotonic() - begun < 5
    assert processes_of(repository) == []
    assert [*(repository / "tmp").iterdir(), *(repository / "cache").rglob("*.*")] == []


def test_a_bar_shows_the_files_done_on_a_terminal_and_is_gone_at_the_end(repository):
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        while True:
            try:
                shown += terminal.read(4096)
            except OSError:  # the other end is closed
                break
    assert process.communicate()[0].startswith(b"1 file with 1 DAG checked")
    assert b"1/1" in shown
    assert shown.rstrip().endswith(b"\x1b[2K"), shown[-200:]  # the line is erased


def test_the_bar_goes_on_over_the_second_parse(repository):
    shown = []
    check([repository / "dags"], progress=lambda *numbers: shown.append(numbers))
    assert shown == [(1, 2), (2, 2)]


def test_no_bar_where_nobody_looks(repository):
    process = subprocess.run(COMMAND, capture_output=True, check=True)
    assert process.stderr == b""
