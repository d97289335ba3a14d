"""A process that is forked on request, without Airflow in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from airflowkit.fork_server.server import ForkServer, ForkServerEnded

SERVER = """
import os, signal, sys, time
from airflowkit.fork_server.child import connected, serve
from airflowkit.fork_server.lifetime import adopt_orphans, end_children


def work(request, *descriptors):
    for descriptor in descriptors:
        os.write(descriptor, request)
        os.close(descriptor)
    exec(request if not descriptors else b"")
    return int(sys.argv[2])


client = connected()
adopt_orphans()
exec(sys.argv[3])
serve(client, work)
end_children()
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a server, which runs some code before it is ready."""
    (tmp_path / "some_server.py").write_text(SERVER)
    servers = []

    def started(code: str = "") -> ForkServer:
        environ = os.environ | {"PYTHONPATH": str(tmp_path)}
        servers.append(ForkServer("some_server", "3", code, environ=environ, log=tmp_path / "log"))
        return servers[-1]

    yield started
    for server in servers:
        server.close()


def test_a_fork_gets_the_request_and_the_descriptors_and_its_exit_status_is_reported(start):
    server = start()
    server.await_ready()
    reading, writing = os.pipe()
    pid = server.fork(writing, request=b"hello")
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        assert stream.read() == b"hello"
    assert server.exit_status(pid, seconds=20) == 3


def test_several_forks_run_at_a_time_and_each_end_is_reported(start):
    server = start()
    server.await_ready()
    slow, quick = server.fork(request=b"time.sleep(600)"), server.fork()
    assert server.exit_status(quick, seconds=20) == 3
    assert server.exit_status(slow) == -signal.SIGKILL


@pytest.mark.parametrize("seconds", [0, 0.3])
def test_a_fork_that_does_not_end_is_killed_with_everything_in_its_session(start, tmp_path, seconds):
    server = start()
    server.await_ready()
    note = tmp_path / "child"
    pid = server.fork(
        request=f"""
import subprocess
child = subprocess.Popen(["sleep", "4322"])
open({str(note)!r} + "~", "w").write(str(child.pid))
os.rename({str(note)!r} + "~", {str(note)!r})
time.sleep(600)""".encode()
    )
    child = int(awaited(note))
    assert server.exit_status(pid, seconds) == -signal.SIGKILL
    assert gone(child)


def test_an_exception_in_a_fork_is_printed_and_ends_that_fork_only(start, tmp_path):
    server = start()
    server.await_ready()
    assert server.exit_status(server.fork(request=b"1 / 0"), seconds=20) == 1
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()
    assert server.exit_status(server.fork(), seconds=20) == 3


def test_a_large_request_arrives_whole(start):
    server = start()
    server.await_ready()
    assert server.exit_status(server.fork(request=b"#" * 5_000_000 + b"\nos._exit(7)"), seconds=20) == 7


def test_a_server_that_does_not_start_says_why(start):
    with pytest.raises(ForkServerEnded, match=r"^SystemError: no such thing$"):
        start("raise SystemError('no such thing')").await_ready()


def test_a_server_that_was_killed_says_so_at_the_next_request(start):
    server = start()
    server.await_ready()
    with pytest.raises(ForkServerEnded):
        server.exit_status(server.fork(request=b"os.kill(os.getppid(), signal.SIGKILL); time.sleep(9)"), seconds=20)
    assert not server.is_alive
    with pytest.raises(ForkServerEnded):
        server.fork()


def test_one_that_is_still_starting_is_ended_at_once(start):
    server = start("time.sleep(600)")
    began = time.monotonic()
    server.close()
    assert time.monotonic() - began < 3
    assert not server.is_alive


def test_a_fork_in_a_session_of_its_own_does_not_outlive_the_server(start, tmp_path):
    server = start()
    server.await_ready()
    note = tmp_path / "child"
    request = f"""
if os.fork() == 0:
    os.setsid()
    os.dup2(os.open("/dev/null", os.O_RDWR), 2)
    open({str(note)!r}, "w").write(str(os.getpid()))
    time.sleep(600)"""
    assert server.exit_status(server.fork(request=request.encode()), seconds=20) == 3
    child = int(awaited(note))
    server.close()
    assert gone(child)


def test_it_ends_with_a_client_that_is_killed(tmp_path):
    (tmp_path / "some_server.py").write_text(SERVER)
    code = f"""
import os, pathlib, time
from airflowkit.fork_server.server import ForkServer
environ = os.environ | {{"PYTHONPATH": {str(tmp_path)!r}}}
server = ForkServer("some_server", "3", "", environ=environ, log=pathlib.Path({str(tmp_path / "log")!r}))
server.await_ready()
print(server.fork(request=b"time.sleep(600)"), flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as client:
        pid = int(client.stdout.readline())
        client.kill()
    assert gone(pid)


def awaited(note: Path, seconds: float = 20) -> str:
    """Return what a file says, once it says something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if note.exists() and (text := note.read_text()):
            return text
        time.sleep(0.02)
    raise TimeoutError(note)


def gone(pid: int, seconds: float = 10) -> bool:
    """Return whether a process ends in time; one that nobody has reaped yet has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False
