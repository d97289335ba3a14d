"""The process runtime itself: what a container's command finds around it, and how it ends."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from airflowkit.local.runtimes.process import ProcessRuntime
from airflowkit.local.runtimes.protocol import CannotStart, Container, Exit, Mount

pytestmark = pytest.mark.namespaces


@pytest.fixture
def run(tmp_path):
    """Run a command as a container; return how it ended and what it wrote."""
    numbers = iter(range(100))

    def container(command, *, mounts=(), env=None, working_dir=""):
        scratch = tmp_path / str(next(numbers))
        scratch.mkdir()
        message = scratch / "message"
        message.touch()
        return Container(
            pod="pod-1",
            name="base",
            image="none",
            command=tuple(command),
            args=(),
            env=env or {},
            working_dir=working_dir,
            mounts=tuple(mounts),
            message=Mount(message, "/dev/termination-log"),
            scratch=scratch,
        )

    async def finished(spec, signals):
        running = await ProcessRuntime().start(spec)
        output = b""
        for number in signals:
            await asyncio.sleep(0.1)
            await running.signal(number)
        while data := await running.read():
            output += data
        return await running.wait(), output.decode()

    def run(command, *signals, **arguments):
        return asyncio.run(finished(container(command, **arguments), signals))

    return run


def shell(script):
    return ["sh", "-c", script]


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 7", 7), ("no-such-command", 127), ("/etc/passwd", 126), ("sh -c 'kill -9 $$'", 137)],
)
def test_the_exit_code_is_the_containers(run, script, code):
    how, _ = run(shell(script))
    assert how == Exit(code, "Error" if code else "Completed")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no-such-command", r'exec: "no-such-command": executable file not found in \$PATH'),
        ("/no/such", "stat /no/such: no such file or directory"),
        ("/etc/passwd", "permission denied"),
        ("/etc", "is a directory"),
    ],
)
def test_a_command_that_cannot_start_is_a_start_error(run, command, words):
    with pytest.raises(CannotStart, match=words) as caught:
        run([command])
    assert caught.value.reason == "StartError"


def test_process_1_ignores_a_signal_that_it_does_not_handle(run):
    how, _ = run(["sleep", "60"], signal.SIGTERM, signal.SIGKILL)
    assert how.code == 137


def test_a_signal_that_is_handled_ends_it_in_its_own_way(run):
    how, output = run(shell("trap 'echo ending; exit 5' TERM; while :; do sleep 0.05; done"), signal.SIGTERM)
    assert (how.code, output) == (5, "ending\n")


def test_the_command_is_process_1_and_sees_no_other(run):
    _, output = run(shell("echo $$; ls -d /proc/[0-9]* | wc -l; hostname"))
    assert output.split()[0] == "1"
    assert int(output.split()[1]) <= 4
    assert output.split()[2] == "pod-1"


def test_only_the_pods_environment_is_there(run, monkeypatch):
    monkeypatch.setenv("OF_THE_USER", "1")
    _, output = run(["env"], env={"A": "1"})
    assert {line.partition("=")[0] for line in output.splitlines()} == {"A", "PATH", "HOME", "HOSTNAME"}


def test_python_is_the_interpreter_that_runs_us(run):
    _, output = run(["python", "-c", "import sys; print(sys.prefix)"])
    assert output.strip() == sys.prefix


@pytest.mark.parametrize(
    "target", ["/data", "/a/b/c", "/etc/orders/tls", "/usr/share/new", "/var/run/secrets/x", "/airflow/xcom"]
)
def test_a_volume_appears_at_its_absolute_path(run, tmp_path, target):
    volume = tmp_path / "volume"
    volume.mkdir()
    (volume / "file").write_text("here")
    how, output = run(shell(f"cat {target}/file && echo back > {target}/answer"), mounts=[Mount(volume, target)])
    assert (how.code, output) == (0, "here")
    assert (volume / "answer").read_text() == "back\n"
    assert not Path(target, "answer").exists()


def test_a_volume_may_hold_another(run, tmp_path):
    outer, inner = tmp_path / "outer", tmp_path / "inner"
    for folder in (outer, inner):
        folder.mkdir()
        (folder / folder.name).touch()
    _, output = run(shell("ls /data /data/sub"), mounts=[Mount(inner, "/data/sub"), Mount(outer, "/data")])
    assert output.split() == ["/data:", "outer", "sub", "/data/sub:", "inner"]


def test_a_read_only_volume_and_the_computers_folders_cannot_be_written(run, tmp_path):
    (tmp_path / "volume").mkdir()
    mounts = [Mount(tmp_path / "volume", "/data", read_only=True)]
    for place in ("/data", "/usr", "/etc", str(Path.home())):
        how, output = run(shell(f"touch {place}/airflowkit-was-here"), mounts=mounts)
        assert how.code == 1, output
        assert not Path(place, "airflowkit-was-here").exists()


def test_what_a_container_writes_outside_its_volumes_is_its_own(run):
    run(shell("echo x > /tmp/airflowkit-was-here; mkdir /new; echo x > /new/file"))
    _, output = run(shell("ls /tmp /new 2>&1"))
    assert "airflowkit-was-here" not in output
    assert not Path("/new").exists()
    assert not Path("/tmp/airflowkit-was-here").exists()


def test_a_missing_working_directory_is_made(run):
    how, output = run(["pwd"], working_dir="/no/such/place")
    assert (how.code, output) == (0, "/no/such/place\n")


def test_no_process_of_a_container_outlives_its_first(run):
    how, output = run(shell("(setsid sleep 60 &) ; echo done"))
    assert (how.code, output) == (0, "done\n")


def test_without_a_namespace_a_mount_is_refused_with_the_way_out(run, tmp_path, monkeypatch):
    monkeypatch.setattr("airflowkit.local.runtimes.process._granted", lambda: "none")
    with pytest.raises(CannotStart, match=r"does not allow the mount at /data: run as root, allow user namespaces"):
        run(["true"], mounts=[Mount(tmp_path, "/data")])
    assert run(shell("exit 3"))[0].code == 3


def test_an_ordinary_users_namespace_does_the_same(run, tmp_path, monkeypatch):
    monkeypatch.setattr("airflowkit.local.runtimes.process._granted", lambda: "user")
    (tmp_path / "volume").mkdir()
    how, output = run(shell("id -u; echo x > /data/file; exit 4"), mounts=[Mount(tmp_path / "volume", "/data")])
    assert (how.code, output) == (4, "0\n")
    assert (tmp_path / "volume" / "file").read_text() == "x\n"
