"""A comparison for people, in a terminal: red and green as git's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.compare.lines import ADDED, CHANGED, REMOVED, lines_of, summary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from airflowkit.compare.comparison import Comparison
    from airflowkit.compare.lines import Line

_STYLES: Final = {ADDED: "green", REMOVED: "red", CHANGED: "yellow"}


def show(comparison: Comparison, console: Console) -> None:
    """Print what changes, or in one line that nothing does."""
    sides = f"{comparison.before} → {comparison.after}"
    lines = lines_of(comparison)
    if lines:
        print_plain(console, sides, "bold")
    print_lines(console, lines)
    total = summary(comparison)
    print_plain(console, total if lines else f"{total}: {sides}")


def print_lines(console: Console, lines: Iterable[Line]) -> None:
    """Print lines, each in the color of its sign."""
    for line in lines:
        print_plain(console, _text(line), _STYLES.get(line.sign) or ("bold" if not line.depth else ""))


def print_plain(console: Console, text: str, style: str = "") -> None:
    """Print a text as it is: what looks like markup in it is none."""
    console.print(text, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)


def _text(line: Line) -> str:
    return f"{'  ' * line.depth}{line.sign + ' ' if line.sign else ''}{line.text}"
