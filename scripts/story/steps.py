"""What the story shows while it goes on: each step, and how long it took."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LINES = 25
"""How many of a command's last lines a failure shows."""


class StoryError(Exception):
    """The story cannot go on; its text says what failed, and with which last lines."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show what begins, and when it has ended how long it took."""
    begin = time.monotonic()
    print(f"{time.strftime('%H:%M:%S')}  {title}", flush=True)
    yield
    print(f"          {time.monotonic() - begin:.0f} s", flush=True)


def run(*command: str | Path, given: str | None = None, **options: Any) -> str:
    """Run a command, with what it is given on its standard input, and return its output.

    Raises:
        StoryError: It failed.
    """
    words = [*map(str, command)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(words, text=True, start_new_session=True, **pipes, **options) as process:
        try:
            output, _ = process.communicate(given)
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)  # with what it has started, and after its own cleaning up
            raise
    if process.returncode:
        raise StoryError(f"{' '.join(words)}: status {process.returncode}\n{last_lines(output)}")
    return output


def last_lines(text: str) -> str:
    """Return the end of a log, indented."""
    return "\n".join(f"    {line}" for line in text.splitlines()[-_LINES:])


def wait_for(what: str, is_there: Callable[[], Any], *, seconds: float) -> Any:
    """Ask again and again until the answer is true, and return it.

    Raises:
        StoryError: It never was; the text says what the last question met.
    """
    end, met = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        try:
            if answer := is_there():
                return answer
        except OSError as error:  # a server that is not there yet, or is just replaced
            met = f": {error}"
        time.sleep(1)
    raise StoryError(f"{what}: not within {seconds:.0f} s{met}")
