"""Commands on a terminal, which ask or stay."""

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

    def __init__(self, *arguments, cwd, term="dumb"):
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "airflowkit", *arguments],
            cwd=cwd,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509  tests may run under nohup
            env=os.environ | {"COLUMNS": "300", "TERM": term},
        )
        os.close(theirs)
        self.text = ""
        self._seen = 0

    def questions(self):
        """Yield each question as it comes, until the command ends."""
        seen = 0
        while self._read():
            last = self.text[seen:].rpartition("\n")[2]
            if last.endswith("]: "):
                seen = len(self.text)
                yield last

    def expect(self, words):
        """Wait until it shows words behind those that were expected before; return everything in between."""
        while words not in self.text[self._seen :]:
            assert self._read(), self.text
        begin, self._seen = self._seen, self.text.index(words, self._seen) + len(words)
        return self.text[begin : self._seen]

    def press_ctrl_c(self):
        """Press Ctrl-C as a person does: the terminal signals everything that belongs to the command."""
        os.killpg(self.process.pid, signal.SIGINT)

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
            text = os.read(self._ours, 4096).decode(errors="replace")
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

    def start(*arguments, **options):
        started.append(Terminal(*arguments, cwd=tmp_path, **options))
        return started[-1]

    yield start
    for each in started:
        each.close()
