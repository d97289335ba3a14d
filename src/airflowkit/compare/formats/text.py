"""A comparison for people, in a terminal: red and green as git's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.compare.lines import ADDED, CHANGED, REMOVED, lines_of, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from airflowkit.compare.comparison import Comparison
    from airflowkit.compare.lines import Line

_STYLES: Final = {ADDED: "green", REMOVED: "red", CHANGED: "yellow"}


def show(comparison: Comparison, console: Console) -> None:
    """Print what changes, or in one line that nothing does."""
    print_report(console, f"{comparison.before} → {comparison.after}", lines_of(comparison), summary(comparison))


def print_report(console: Console, title: str, lines: Sequence[Line], total: str) -> None:
    """Print lines, each in the colour of its sign, between their title and the counts; without lines, one of both."""
    if lines:
        _print(console, title, "bold")
    for line in lines:
        _print(console, _text(line), _STYLES.get(line.sign) or ("bold" if not line.depth else ""))
    _print(console, total if lines else f"{total}: {title}")


def _print(console: Console, text: str, style: str = "") -> None:
    """Print a text as it is: what looks like markup in it is none."""
    console.print(text, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)


def _text(line: Line) -> str:
    return f"{'  ' * line.depth}{line.sign + ' ' if line.sign else ''}{line.text}"
