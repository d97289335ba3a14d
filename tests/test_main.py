"""The command before it has been imported, and when nobody can read what it prints."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

INTERRUPTED_IMPORT = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"


def test_an_interrupt_while_the_command_is_imported_ends_it_without_a_word(tmp_path):
    (tmp_path / "typer.py").write_text(INTERRUPTED_IMPORT)
    ended = subprocess.run(
        [sys.executable, "-m", "airflowkit", "--help"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


def test_python_runs_the_command_as_a_module():
    ended = subprocess.run(
        [sys.executable, "-m", "airflowkit", "--version"], capture_output=True, text=True, check=True
    )
    assert ended.stdout.startswith("airflowkit ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["explain"], ["explain", "AK401"]])
def test_output_that_cannot_be_written_is_one_line(arguments):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "airflowkit", *arguments]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "airflowkit: cannot write: No space left on device\n")


@pytest.mark.parametrize("arguments", [["--version"], ["explain"], ["explain", "AK401"]])
def test_a_reader_that_is_gone_is_no_error_to_see(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "airflowkit", *arguments]
    result = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (result.returncode, result.stderr) == (1, "")
