"""`airflowkit run --watch` on a real terminal."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

DAG_FILE = """\
from pathlib import Path

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG
from words import WORD

DATA = Path(__file__).with_suffix(".txt").read_text()

with DAG("watched_orders", schedule=None):
    KubernetesPodOperator(task_id="say", image="none", cmds=["sh", "-c", f"echo says {WORD}, reads {DATA}"])
"""
OTHER = """\
from airflow.sdk import DAG

DAG("unrelated", schedule=None)
"""
SLOW = DAG_FILE.replace("{DATA}", "{DATA}; echo up; sleep 4321")

pytestmark = [pytest.mark.slow, pytest.mark.needs_airflow(3, 1, "a run needs Airflow 3.1")]


@pytest.fixture
def dags(tmp_path, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("TMPDIR", str(tmp_path_factory.mktemp("temporary")))
    (tmp_path / "airflowkit.toml").touch()
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "orders.py").write_text(DAG_FILE)
    (folder / "orders.txt").write_text("first data")
    (folder / "words.py").write_text("WORD = 'one'\n")
    (folder / "other.py").write_text(OTHER)
    return folder


@pytest.fixture
def watch(dags, terminal):
    def start():
        command = terminal("run", "watched_orders", "--watch", "--runtime", "process")
        command.expect("says one")
        command.expect("watched_orders: success")
        return command

    return start


def test_each_save_of_what_the_run_depends_on_is_a_new_run_whatever_it_ends_with(watch, dags):
    command = watch()
    (dags / "words.py").write_text("WORD = 'two'\n")
    assert "dags/words.py saved" in command.expect("says two")
    command.expect("watched_orders: success")
    (dags / "orders.py").write_text(DAG_FILE + "1 / 0\n")
    command.expect("ZeroDivisionError")
    (dags / "other.py").write_text(OTHER + "# changed, while no run can tell what it needs\n")
    command.expect("ZeroDivisionError")
    (dags / "orders.py").unlink()
    command.expect("airflowkit: no DAG 'watched_orders'")
    (dags / ".orders.py.tmp").write_text(DAG_FILE)
    (dags / ".orders.py.tmp").replace(dags / "orders.py")
    command.expect("watched_orders: success")
    (dags / "other.py").write_text(OTHER + "# changed again\n")
    (dags / "orders.txt").write_text("second data")
    answer = command.expect("second data")
    assert answer.count("saved") + answer.count("changed") == 1
    command.expect("watched_orders: success")


def test_ctrl_c_ends_the_run_that_is_going_on_and_leaves_nothing(watch, dags):
    command = watch()
    (dags / "orders.py").write_text(SLOW)
    command.expect("say | up")
    below = psutil.Process(command.process.pid).children(recursive=True)
    command.press_ctrl_c()
    assert command.process.wait(timeout=120) == 130
    psutil.wait_procs(below, timeout=120)
    assert not [process for process in below if process.is_running()]
    assert "Traceback" not in command.text


def test_ctrl_c_between_runs_leaves_nothing(watch):
    command = watch()
    below = psutil.Process(command.process.pid).children(recursive=True)
    assert below
    command.press_ctrl_c()
    assert command.process.wait(timeout=120) == 130
    psutil.wait_procs(below, timeout=120)
    assert not [process for process in below if process.is_running()]
    assert not list(Path(os.environ["TMPDIR"]).iterdir())


@pytest.mark.parametrize("arguments", [["--keep"], ["--json", "-"]])
def test_what_makes_no_sense_with_it_is_refused_in_one_line(arguments, airflowkit, dags):
    result = airflowkit("run", "watched_orders", "--watch", *arguments, cwd=dags.parent)
    assert (result.status, result.stderr.count("\n")) == (2, 1)
    assert f"use it without {' '.join(arguments)}" in result.stderr
