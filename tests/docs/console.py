"""A page as a session in a shell: its commands are typed in its order, and its outputs compared with theirs.

In a `console` block a line after `$ ` is a command, with the lines that its backslashes continue; the lines below it
are its output, of which `…` stands for any part. A block with `title="PATH"` is the file at that path, at that point;
the reader writes it where it is not there yet. `python scripts/type_pages.py` writes the outputs into the pages.
"""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import sysconfig
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
_NAMES: Final = ("tutorial.md", "explanation/layers.md", "how-to/adopt.md", "how-to/eject.md")
PAGES: Final = tuple(ROOT / "docs" / name for name in _NAMES)
PACKAGES: Final = Path(sysconfig.get_path("purelib"))
"""Where the dependencies of airflowkit are."""
_BLOCK: Final = re.compile(r'^```(?:console|\w+ title="(?P<path>[^"]+)")\n(?P<text>.*?)^```$', re.DOTALL | re.MULTILINE)
_TYPED: Final = re.compile(r"^\$ (?P<command>(?:.*\\\n)*.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
_END: Final = "\x1e"
_LIMIT: Final = 400.0
"""Seconds for a page."""
_ANY: Final = "…"
_VARIES: Final = (
    (re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:[\d:.+]+)?"), "DATE"),
    (re.compile(r"(?<=Duration: ).*?(?= *│)"), "SOME"),
    (re.compile(r" *\d+\.\d+ s\b"), " SECONDS"),
    (re.compile(r" +\d+\.\d │"), " SECONDS │"),
    (re.compile(r" +│$", re.MULTILINE), " │"),
    (re.compile(r"\b[0-9a-f]{7}\b"), "COMMIT"),
    (re.compile(r"[─━]{2,}"), "──"),
    (re.compile(r"\s+"), " "),
)
"""What differs from run to run: dates, times, ids, lines of tables that are as long as these, and where lines end."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command and its output, as a page shows them.

    Attributes:
        command: What is typed.
        output: What the page shows.
        span: Where the output is in the page.
    """

    command: str
    output: str
    span: tuple[int, int]


def typed(page: str) -> list[Typed]:
    """Return what a page has its reader type, in order; a file that it shows is `cat` of that file."""
    found = []
    for block in _BLOCK.finditer(page):
        begin, text = block.start("text"), block["text"]
        if block["path"]:
            found.append(Typed(_file(block["path"], text), text, block.span("text")))
            continue
        for each in _TYPED.finditer(text):
            span = (begin + each.start("output"), begin + each.end("output"))
            found.append(Typed(each["command"], each["output"], span))
    return found


def _file(path: str, text: str) -> str:
    """Return a command that shows a file, and writes it first if it is not there."""
    return f"[ -e {path} ] || {{ mkdir -p $(dirname {path}); cat >{path} <<'END'\n{text}END\n}}\ncat {path}"


def outputs(steps: list[Typed], folder: Path, *, packages: Path) -> list[str]:
    """Type the commands in one shell, in an empty folder with an empty home.

    Args:
        steps: The commands.
        folder: An empty folder.
        packages: Where airflowkit's dependencies are: `pip` installs a wheel of this checkout, and downloads nothing.
    """
    home, work, wheels = (folder / name for name in ("home", "work", "wheels"))
    for each in (home, work):
        each.mkdir()
    script = [
        f'python3() {{ {sys.executable} "$@"; }}',
        f'pip() {{ command pip "$@" && echo {packages} >$(echo .venv/lib/*/site-packages)/packages.pth; }}',
        *(f"{step.command}\n(status=$?; printf '{_END}'; exit $status)" for step in steps),
    ]
    environment = _environment(home, wheels)
    if any("pip install" in step.command for step in steps):
        build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(wheels)]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    else:
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    said = _typed_in("\n".join(script), work, environment)
    return [each.replace(str(work), "~") for each in said.split(_END)[: len(steps)]]


def _environment(home: Path, wheels: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "COLUMNS": "100",
        "TTY_COMPATIBLE": "0",  # to Rich: no colours, and lines as long as above
        "AIRFLOWKIT_RUNTIME": "process",  # a container engine is not everywhere, nor are its images
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def _typed_in(script: str, work: Path, environment: dict[str, str]) -> str:
    """Run a script on a terminal, where commands may ask; one that asks runs into the time limit."""
    ours, its = pty.openpty()
    options: dict[str, Any] = {"stdin": its, "stdout": its, "stderr": its, "start_new_session": True}
    with subprocess.Popen(["bash", "-c", script], cwd=work, env=environment, **options) as shell:
        os.close(its)
        limit = Timer(_LIMIT, os.killpg, (shell.pid, signal.SIGKILL))
        limit.start()
        try:
            return b"".join(_chunks(ours)).decode().replace("\r\n", "\n")
        finally:
            limit.cancel()
            os.close(ours)


def _chunks(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # EIO: nobody has the other end open any more
        while chunk := os.read(terminal, 65536):
            yield chunk


def is_shown(expected: str, said: str) -> bool:
    """Return whether a page shows what a command said."""
    for pattern, name in _VARIES:
        expected, said = pattern.sub(name, expected), pattern.sub(name, said)
    parts = [re.escape(part) for part in expected.strip().split(_ANY)]
    return re.fullmatch(".*".join(parts), said.strip(), re.DOTALL) is not None


def rewritten(page: str, said: list[str]) -> str:
    """Return the page with the outputs of a session, except where it shows parts of them."""
    for step, output in reversed(list(zip(typed(page), said, strict=True))):
        if _ANY not in step.output:
            begin, end = step.span
            lines = [line.rstrip() for line in output.strip("\n").splitlines()]
            page = page[:begin] + "".join(f"{line}\n" for line in lines) + page[end:]
    return page
