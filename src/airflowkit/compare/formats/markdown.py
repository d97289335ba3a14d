"""A comparison as Markdown for a pull request's comment; nothing at all if nothing changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.compare.lines import CHANGED, lines_of, summary

if TYPE_CHECKING:
    from airflowkit.compare.comparison import Comparison
    from airflowkit.compare.lines import Line

MARK: Final = "<!-- airflowkit diff -->"
"""By it, CI finds the comment that it has posted before."""
_LONGEST: Final = 60_000
"""GitHub takes 65,536 characters."""
_MANY: Final = 40
"""With more lines, they are folded."""
_FENCE: Final = re.compile(r"`{3,}")


def render(comparison: Comparison) -> str:
    """Return a heading, the counts, and the lines as a block that is coloured like git's."""
    if not comparison.changes:
        return ""
    lines = [_line(line) for line in lines_of(comparison)]
    kept, left = _kept(lines)
    fence = "`" * max([3, *(len(found) + 1 for found in _FENCE.findall("\n".join(kept)))])
    more = [f"… and {left} more lines: airflowkit diff shows them"] if left else []
    block = [f"{fence}diff", *kept, *more, fence]
    folded = ["<details><summary>what changes</summary>", "", *block, "", "</details>"] if len(kept) > _MANY else block
    return "\n".join([MARK, "## What this changes", "", f"{summary(comparison)}.", "", *folded])


def _line(line: Line) -> str:
    """Return a line with its sign in the first column, where it gives the colour; `!` is what `~` is in a terminal."""
    sign = "!" if line.sign == CHANGED else line.sign or " "
    return f"{sign} {'  ' * line.depth}{line.text}"


def _kept(lines: list[str]) -> tuple[list[str], int]:
    length, kept = 0, []
    for line in lines:
        length += len(line) + 1
        if length > _LONGEST:
            break
        kept.append(line)
    return kept, len(lines) - len(kept)
