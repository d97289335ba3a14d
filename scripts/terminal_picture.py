"""Run a command in a terminal of its own and save what it showed as an SVG picture.

python scripts/terminal_picture.py OUT.svg TITLE COMMAND [ARGUMENT...]
"""

from __future__ import annotations

import os
import pty
import re
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS, LINES = 110, 50


def shown_by(command: list[str]) -> str:
    """Return what the command wrote to its terminal, escape sequences and all."""
    written = bytearray()

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 4096)
        written.extend(data)
        return data

    os.environ |= {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}
    pty.spawn(command, read)
    return written.decode()


def settled(text: str) -> str:
    """Return the text as it stood in the end: progress that was drawn over is left out."""
    rows: list[str] = [""]
    for part in re.split(r"(\n|\r|\x1b\[\d*A|\x1b\[2K|\x1b\[\?25[lh])", text.replace("\r\n", "\n")):
        if part == "\n":
            rows.append("")
        elif up := re.fullmatch(r"\x1b\[(\d*)A", part):
            del rows[max(1, len(rows) - int(up[1] or 1)) :]
        elif part in {"\r", "\x1b[2K"}:
            rows[-1] = ""
        elif not part.startswith("\x1b[?25"):
            rows[-1] += part
    return "\n".join(rows)


def main(out: str, title: str, *command: str) -> None:
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(settled(shown_by(list(command)))), soft_wrap=False)
    svg = console.export_svg(title=title)
    # The picture must not fetch a font when it is looked at.
    Path(out).write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL))


if __name__ == "__main__":
    main(*sys.argv[1:])
