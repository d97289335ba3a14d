"""What is left behind when a run is broken off: nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

DAG_FILE = """
from airflow.sdk import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

with DAG("slow", schedule=None):
    KubernetesPodOperator(
        task_id="wait",
        image="none",
        cmds=["sh", "-c", "echo up; (setsid sleep 4321 &); trap '' TERM; sleep 4321"],
    )
"""


@pytest.fixture
def slow_run(tmp_path):
    """Start a run in a process of its own; yield when its pod runs."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "slow.py").write_text(DAG_FILE)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    code = "import signal; signal.signal(2, signal.default_int_handler); from airflowkit.cli.app import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "run", "slow", "--runtime", "process"],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if "wait | up" in line:
                break
        try:
            assert process.poll() is None, "".join(said)
            time.sleep(0.2)
            yield process, scratch
        finally:
            process.kill()


def descendants(process):
    return psutil.Process(process.pid).children(recursive=True)


def listening(processes):
    return [
        connection.laddr.port
        for each in processes
        for connection in each.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]


def reachable(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def gone(processes, seconds=5):
    return not psutil.wait_procs(processes, timeout=seconds)[1]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_an_interrupted_run_says_no_more_and_leaves_no_process_port_or_folder(slow_run, number, status):
    process, scratch = slow_run
    below = descendants(process)
    ports = listening(below)
    assert len([each for each in below if "4321" in each.cmdline()]) == 2
    assert len(ports) == 2  # the Kubernetes API, and the inbox of alerts that cannot be sent
    assert all(map(reachable, ports))
    process.send_signal(number)
    assert process.wait(timeout=15) == status
    assert process.stdout.read() == ""
    assert gone(below)
    assert not any(map(reachable, ports))
    assert list(scratch.iterdir()) == []


def test_a_killed_run_leaves_no_process(slow_run):
    process, _ = slow_run
    below = descendants(process)
    process.kill()
    assert gone(below)


def test_the_folder_of_a_run_is_for_its_user_only(slow_run):
    _, scratch = slow_run
    (folder,) = scratch.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert Path(folder / "kubeconfig.json").stat().st_mode & 0o077 == 0
