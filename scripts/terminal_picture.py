"""Run a command in a terminal of its own and save what it shows in the end as an SVG picture.

python scripts/terminal_picture.py OUT.svg TITLE COMMAND [ARGUMENT...]
"""

from __future__ import annotations

import os
import pty
import re
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS, ROWS = 110, 200
# pyte calls the terminal's third colour brown.
COLOURS = {"default": None, "brown": "yellow"}


def screen_after(command: list[str]) -> pyte.Screen:
    """Return the terminal as it is when the command has ended."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 4096)
        stream.feed(data)
        return data

    os.environ |= {"COLUMNS": str(COLUMNS), "LINES": str(ROWS), "TERM": "xterm-256color"}
    pty.spawn(command, read)
    return screen


def style(cell: pyte.screens.Char) -> Style:
    colour = COLOURS.get(cell.fg, cell.fg)
    if colour and re.fullmatch("[0-9a-f]{6}", colour):
        colour = f"#{colour}"
    return Style(color=colour, bold=cell.bold, italic=cell.italics, underline=cell.underscore)


def line(cells: Mapping[int, pyte.screens.Char]) -> Text:
    text = Text()
    for column in range(COLUMNS):
        text.append(cells[column].data, style(cells[column]))
    text.rstrip()
    return text


def main(out: str, title: str, *command: str) -> None:
    screen = screen_after(list(command))
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    for row in range(screen.cursor.y):
        console.print(line(screen.buffer[row]), soft_wrap=True)
    # The picture must not fetch a font when it is looked at.
    svg = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title=title), flags=re.DOTALL)
    Path(out).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
