"""Tables and cells of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a line end or a pipe in a cell does not end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def code(text: object) -> str:
    """Return text as code, or an empty cell."""
    return f"`{text}`" if text not in {"", None} else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
