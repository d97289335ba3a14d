"""`airflowkit upgrade` as it is used; the other environment has this Airflow, and gets airflowkit from here."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import version

import pytest

from airflowkit.settings import forget_settings

DAG = """
from datetime import datetime, timedelta
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.common.compat.sdk import DAG

with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1)):
    BashOperator(task_id="load", bash_command="load")
"""
SLEEPS = """
import time
from pathlib import Path
Path("{flag}").touch()
time.sleep(600)  # airflow dag
"""
PROGRAM = """
import signal

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for its background
from airflowkit.cli.app import main

main()
"""


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A repository; the temporary files and the cache are in folders of their own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "ours" / "dags").mkdir(parents=True)
    (tmp_path / "ours" / "airflowkit.toml").write_text("")
    (tmp_path / "ours" / "dags" / "orders.py").write_text(DAG)
    forget_settings()
    return tmp_path / "ours"


def test_the_same_airflow_is_nothing_to_do_but_what_differs_at_each_parse_is_told(airflowkit, ours):
    (ours / "dags" / "random.py").write_text(DAG.replace('"load")', 'f"{datetime.now()}")').replace("orders", "now"))
    (ours / "dags" / "renamed.py").write_text(DAG.replace('"orders"', 'f"at_{datetime.now().timestamp()}"'))
    found = airflowkit("upgrade", "--python", sys.executable, "--format", "json", cwd=ours / "dags")
    document = json.loads(found.stdout)
    assert (found.status, document["changes"], document["silent"], document["import_errors"]) == (0, [], [], [])
    assert document["after"] == {"airflow": version("apache-airflow"), "python": sys.executable}
    assert [change["field"] for change in document["differs_at_each_parse"]] == ["dag_id", "bash_command"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name the version: --to VERSION"),
        (("--to", "3"), "'3' is not a version of Airflow; write it whole"),
        (("--python", "/nowhere/python"), "there is no Python at /nowhere/python"),
        (("--python", "/bin/true"), "/bin/true is not a Python"),
        (("--python", sys.executable, "--to", "1.0"), ", not 1.0"),
        (("--python", sys.executable, "--constraints", "a.txt"), "leave it out with --python"),
    ],
)
def test_wrong_use_is_one_line(airflowkit, ours, arguments, said):
    found = airflowkit("upgrade", *arguments, cwd=ours)
    assert (found.status, found.stdout, len(found.stderr.splitlines())) == (2, "", 1)
    assert said in found.stderr


def test_an_environment_that_cannot_be_made_leaves_nothing(airflowkit, ours):
    (ours / "none.txt").write_text("apache-airflow==0.0.1\n")
    found = airflowkit("upgrade", "--to", "3.3.0", "--constraints", "none.txt", cwd=ours)
    assert found.status == 2
    assert re.search("conflicts with|index cannot be reached|there is no uv", found.stderr)
    assert list((ours.parent / "cache").rglob("airflow-*")) == list((ours.parent / "cache").rglob(".making-*")) == []


def test_an_interrupt_ends_both_sides_and_leaves_no_file(ours):
    (ours / "dags" / "sleeps.py").write_text(SLEEPS.format(flag=ours.parent / "flag"))
    command = [sys.executable, "-c", PROGRAM, "upgrade", "--python", sys.executable]
    process = subprocess.Popen(command, cwd=ours, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while not (ours.parent / "flag").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 130
        assert list((ours.parent / "tmp").iterdir()) == []
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
