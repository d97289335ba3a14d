"""A comparison for people, in a terminal: red and green as git's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.compare.lines import ADDED, CHANGED, REMOVED, lines_of, summary

if TYPE_CHECKING:
    from rich.console import Console

    from airflowkit.compare.comparison import Comparison
    from airflowkit.compare.lines import Line

_STYLES: Final = {ADDED: "green", REMOVED: "red", CHANGED: "yellow"}


def show(comparison: Comparison, console: Console) -> None:
    """Print what changes, or in one line that nothing does."""
    sides = f"{comparison.before} → {comparison.after}"
    lines = lines_of(comparison)
    if lines:
        _print(console, sides, "bold")
    for line in lines:
        style = _STYLES.get(line.sign) or ("bold" if not line.depth else "")
        _print(console, _text(line), style)
    total = summary(comparison)
    _print(console, total if lines else f"{total}: {sides}", "")


def _text(line: Line) -> str:
    return f"{'  ' * line.depth}{line.sign + ' ' if line.sign else ''}{line.text}"


def _print(console: Console, text: str, style: str) -> None:
    console.print(text, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)
