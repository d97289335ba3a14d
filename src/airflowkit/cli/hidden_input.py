"""Reads a secret from a terminal without showing it."""

from __future__ import annotations

import os
import re
import select
import sys
from typing import Final

import typer

from airflowkit.deploy.secrets.content.text import Fault

_CONTROL: Final = re.compile(rb"\x1b\[[0-9;]*[A-Za-z~]")
"""Arrow keys, and the marks that a terminal puts around a paste."""
_QUIET: Final = 0.05
"""Seconds without input after which a paste is over."""
_ERASE: Final = frozenset({0x08, 0x7F})
_ERASE_LINE: Final = 0x15
_END: Final = 0x04


def read_hidden(prompt: str) -> str:
    """Return one line that is typed or pasted, whatever its length.

    Not `getpass`: in the terminal's line mode a line ends after 4096 characters, and the rest of a paste of several
    lines would answer the next question, or become commands of the shell.

    Raises:
        Fault: Several lines were pasted.
        Abort: The input ended.
    """
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    hidden = [*before[:3], before[3] & ~(termios.ECHO | termios.ICANON), *before[4:6], [*before[6]]]
    hidden[6][termios.VMIN], hidden[6][termios.VTIME] = 1, 0
    try:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, hidden)
        # Not before: what is typed at once would still be shown.
        print(prompt, end="", file=sys.stderr, flush=True)  # noqa: T201  the prompt of a terminal
        line, rest = _read_line(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
        print(file=sys.stderr)  # noqa: T201  the newline that was not shown
    if rest.strip():
        raise Fault("has several lines: put it into a file, and name that with --from-file")
    return _CONTROL.sub(b"", line).decode(errors="replace")


def _read_line(terminal: int) -> tuple[bytes, bytes]:
    """Return the line, and what came with it in one go."""
    typed = bytearray()
    while True:
        chunk = os.read(terminal, 65536)
        if not chunk:
            raise typer.Abort
        for position, byte in enumerate(chunk):
            if byte in b"\r\n":
                return bytes(typed), _CONTROL.sub(b"", chunk[position + 1 :] + _pending(terminal))
            _take(typed, byte)


def _take(typed: bytearray, byte: int) -> None:
    if byte in _ERASE:
        while typed and 0x80 <= typed[-1] < 0xC0:  # noqa: PLR2004  the later bytes of a character in UTF-8
            typed.pop()
        del typed[-1:]
    elif byte == _ERASE_LINE:
        typed.clear()
    elif byte == _END and not typed:
        raise typer.Abort
    else:
        typed.append(byte)


def _pending(terminal: int) -> bytes:
    rest = b""
    while select.select([terminal], [], [], _QUIET)[0] and (more := os.read(terminal, 65536)):
        rest += more
    return rest
