"""What is left behind when a run is broken off: nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

DAG_FILE = """
import time
from pathlib import Path

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task

def called(context):
    Path(__file__).with_name("called").touch()

UP = str(Path(__file__).with_name("up"))
RETRIED = {"retries": 2, "on_retry_callback": called, "on_failure_callback": called}

def pod(dag_id, script):
    with DAG(dag_id, schedule=None, default_args=RETRIED, on_failure_callback=called):
        KubernetesPodOperator(task_id="wait", image="none", cmds=["sh", "-c", script])

pod("slow", "echo up; (setsid sleep 4321 &); trap '' TERM; sleep 4321")
pod("obeying", "trap 'echo bye; exit 0' TERM; echo up; sleep 4321 & wait")
pod("replaced", "echo up; exec sleep 4321")
pod("lingering", "trap 'echo bye; sleep 4321' TERM; echo up; sleep 4321 & wait")

with DAG("shell", schedule=None, default_args=RETRIED, on_failure_callback=called):
    BashOperator(task_id="wait", bash_command=f"(setsid sleep 4321 &); sleep 4321 & echo up > {UP}; wait")

with DAG("code", schedule=None, default_args=RETRIED, on_failure_callback=called):
    @task
    def wait():
        print("wait | up")
        try:
            time.sleep(4321)
        finally:
            Path(__file__).with_name("cleaned").touch()
    wait()

with DAG("stubborn", schedule=None, default_args=RETRIED, on_failure_callback=called):
    @task
    def wait():
        print("wait | up")
        while True:
            try:
                time.sleep(4321)
            except BaseException:
                pass
    wait()
"""
EASY = ["obeying", "replaced", "slow", "shell", "code"]
INT, TERM = signal.SIGINT, signal.SIGTERM
QUICK = 3.0


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a run in a process of its own, and returns when its task is under way."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "slow.py").write_text(DAG_FILE)
    (tmp_path / "scratch").mkdir()
    code = "import signal; signal.signal(2, signal.default_int_handler); from airflowkit.__main__ import main; main()"
    with ExitStack() as stack:

        def started(dag_id):
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", code, "run", dag_id, "--runtime", "process"],
                    cwd=tmp_path,
                    env=os.environ | {"TMPDIR": str(tmp_path / "scratch")},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    start_new_session=True,
                )
            )
            stack.callback(process.kill)
            said = []
            for line in process.stdout:
                said.append(line)
                if "wait | up" in line or (dag_id == "shell" and "wait starts" in line):
                    break
            assert process.poll() is None, "".join(said)
            while dag_id == "shell" and not (tmp_path / "dags" / "up").exists():
                time.sleep(0.1)
            time.sleep(0.2)
            return process

        yield started


@pytest.fixture
def slow_run(start, tmp_path):
    """A run of a pod that obeys nobody."""
    return start("slow"), tmp_path / "scratch"


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


def test_an_interrupted_run_leaves_no_process_port_or_folder(slow_run):
    process, scratch = slow_run
    below = descendants(process)
    ports = listening(below)
    assert len([each for each in below if "4321" in each.cmdline()]) == 2
    assert len(ports) == 2  # the Kubernetes API, and the inbox of alerts that cannot be sent
    assert all(map(reachable, ports))
    process.send_signal(INT)
    assert process.wait(timeout=15) == 130
    assert gone(below)
    assert not any(map(reachable, ports))
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("number", [INT, TERM])
@pytest.mark.parametrize("dag_id", EASY)
def test_one_signal_ends_a_run_soon_and_without_a_retry_or_a_callback(start, tmp_path, dag_id, number):
    process = start(dag_id)
    below = descendants(process)
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=15) == 130
    assert time.monotonic() - began < QUICK
    said = process.stdout.read()
    assert said.startswith("stopping; press Ctrl-C again to end at once")
    assert "starts" not in said
    assert ("wait | bye" in said) == (dag_id == "obeying")
    assert gone(below)
    assert not (tmp_path / "dags" / "called").exists()
    assert (tmp_path / "dags" / "cleaned").exists() == (dag_id == "code")


@pytest.mark.parametrize("numbers", [(INT, INT), (INT, TERM), (TERM, INT), (INT,) * 60])
@pytest.mark.parametrize("dag_id", ["lingering", "stubborn"])
def test_a_second_signal_ends_at_once_what_would_take_long(start, tmp_path, dag_id, numbers):
    process = start(dag_id)
    below = descendants(process)
    process.send_signal(numbers[0])
    time.sleep(1)
    assert process.poll() is None
    began = time.monotonic()
    for number in numbers[1:]:
        process.send_signal(number)
        time.sleep(0.005)
    assert process.wait(timeout=15) == 130
    assert time.monotonic() - began < QUICK
    assert gone(below)
    assert list((tmp_path / "scratch").iterdir()) == []
    assert not (tmp_path / "dags" / "called").exists()


@pytest.mark.parametrize("dag_id", ["slow", "shell"])
def test_a_killed_run_leaves_no_process(start, dag_id):
    process = start(dag_id)
    below = descendants(process)
    assert any("4321" in each.cmdline() for each in below)
    process.kill()
    assert gone(below)


def test_the_folder_of_a_run_is_for_its_user_only(slow_run):
    _, scratch = slow_run
    (folder,) = scratch.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert Path(folder / "kubeconfig.json").stat().st_mode & 0o077 == 0
