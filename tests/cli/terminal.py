"""Commands that ask on a terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from contextlib import suppress

import pytest


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *arguments, cwd):
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "airflowkit", *arguments],
            cwd=cwd,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=os.environ | {"COLUMNS": "300", "TERM": "dumb"},
        )
        os.close(theirs)
        self.text = ""

    def questions(self):
        """Yield each question as it comes, until the command ends."""
        seen = 0
        while self._read():
            last = self.text[seen:].rpartition("\n")[2]
            if last.endswith("]: "):
                seen = len(self.text)
                yield last

    def type(self, line):
        os.write(self._ours, f"{line}\n".encode())

    def interrupt(self):
        """Press Ctrl-C, again where it is missed: Python's `input` does not see one just before it begins to wait."""
        ended = None
        while ended is None:
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                ended = self.process.wait(timeout=5)

    def _read(self):
        assert select.select([self._ours], [], [], 120)[0], self.text
        try:
            text = os.read(self._ours, 4096).decode()
        except OSError:  # the other end is closed
            return False
        self.text += text
        return bool(text)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def terminal(tmp_path):
    started = []

    def start(*arguments):
        started.append(Terminal(*arguments, cwd=tmp_path))
        return started[-1]

    yield start
    for each in started:
        each.close()
