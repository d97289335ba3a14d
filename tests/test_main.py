"""The command before it has been imported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

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
