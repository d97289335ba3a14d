"""`airflowkit diff` as it is used, in a repository of its own."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from airflowkit.git import git
from airflowkit.settings import forget_settings

SETTINGS = '[pod]\nnamespace = "airflow"\nresources = "small"\n'
DAG = """
from datetime import datetime
from airflow.sdk import DAG
from airflowkit import pod_task

with DAG("{name}", schedule=None, start_date=datetime(2026, 1, 1)):
    pod_task("load", image="busybox:1.37", arguments=["a"], labels={{"team": "a"}})
"""
PROGRAM = """
import signal

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for its background
from airflowkit.cli.app import main

main()
"""
SLEEPS = """
import time
from pathlib import Path
Path("{flag}").touch()
time.sleep(600)  # airflow dag
"""


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A repository with one commit; its temporary files are in a folder of their own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    for name in ("orders", "sales"):
        path = tmp_path / "ours" / "dags" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(DAG.format(name=name))
    (tmp_path / "ours" / "airflowkit.toml").write_text(SETTINGS)
    git(tmp_path / "ours", "init", "--quiet", "--initial-branch=main")
    commit(tmp_path / "ours")
    forget_settings()
    return tmp_path / "ours"


def commit(folder):
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=change")


def test_comments_and_another_place_of_the_dags_change_nothing(ours, airflowkit):
    (ours / "dags").rename(ours / "pipelines")
    (ours / "airflowkit.toml").write_text(f'{SETTINGS}[check]\ndags_folder = "pipelines"\n')
    file = ours / "pipelines" / "orders.py"
    file.write_text(f"# why\n{file.read_text()}")
    found = airflowkit("diff", "--exit-code", cwd=ours / "pipelines")
    assert (found.status, found.stderr) == (0, "")
    assert found.stdout.startswith("nothing changes: the fork from main (")
    assert list((ours.parent / "tmp").iterdir()) == []


def test_a_setting_and_what_git_does_not_know_yet_are_told_once_and_ignored_files_are_not(ours, airflowkit):
    (ours / "airflowkit.toml").write_text(SETTINGS.replace("airflow", "etl"))
    (ours / "dags" / "more.py").write_text(DAG.format(name="more"))
    (ours / "dags" / "local.py").write_text(DAG.format(name="local"))
    (ours / ".gitignore").write_text("local.py\n")
    found = airflowkit("diff", "HEAD", cwd=ours)
    assert found.status == 0
    assert found.stdout.splitlines()[1:] == [
        "+ DAG more (dags/more.py: 1 task, schedule none)",
        "orders.load, sales.load",
        "  ~ namespace: 'airflow' → 'etl'",
        "1 DAG added, 2 DAGs changed, 2 pods changed",
    ]
    commit(ours)
    (ours / "airflowkit.toml").write_text("not = [valid")
    found = airflowkit("diff", "HEAD~1", "HEAD", "--format", "json", "--exit-code", cwd=ours)
    assert found.status == 1
    document = json.loads(found.stdout)
    assert [(it["kind"], it["dag_id"], it["task_id"]) for it in document["changes"]] == [
        ("dag", "more", ""),
        ("pod", "orders", "load"),
        ("pod", "sales", "load"),
    ]
    found = airflowkit("diff", "HEAD~1", cwd=ours)
    assert (found.status, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("nothing",), ("main", "nothing"), ("a", "b", "c"), ("--format", "xml"), ("--no-such",)]
)
def test_wrong_use_is_one_line_and_status_2(ours, airflowkit, arguments):
    found = airflowkit("diff", *arguments, cwd=ours)
    assert (found.status, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(("number", "end"), [(signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill)])
def test_an_interrupt_leaves_nothing(ours, tmp_path, number, end):
    flag = tmp_path / "flag"
    hook = ours / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{tmp_path}/hooked'\n")
    hook.chmod(0o755)
    (ours / "dags" / "sleeps.py").write_text(SLEEPS.format(flag=flag))
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, "diff"], cwd=ours, start_new_session=True)
    try:
        deadline = time.monotonic() + 240
        while not flag.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        end(process.pid, number)
        assert process.wait(timeout=120) == 130
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (tmp_path / "hooked").exists()
    assert git(ours, "worktree", "list").count(b"\n") == 1
    assert git(ours, "status", "--porcelain") == b"?? dags/sleeps.py\n"
