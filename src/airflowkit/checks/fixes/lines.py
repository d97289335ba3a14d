"""Texts as lines that end with a newline; `files` converts other line ends."""

from __future__ import annotations

from difflib import SequenceMatcher


def lines_of(text: str) -> list[str]:
    """Return the lines with their ends; unlike for `str.splitlines`, a form feed is not a line end."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def without_line(text: str, number: int) -> str:
    """Return a text without one line; the first is 1."""
    lines = lines_of(text)
    return "".join(lines[: number - 1] + lines[number:])


def with_line(text: str, line: str) -> str:
    """Return a text with one more line at its end."""
    ended = text if not text or text.endswith("\n") else f"{text}\n"
    return f"{ended}{line}\n"


def moved(line: int | None, before: str, after: str) -> int | None:
    """Return the number that a line of one text has in the next."""
    if line is None or before == after:
        return line
    matcher = SequenceMatcher(None, lines_of(before), lines_of(after), autojunk=False)
    for _tag, start, end, new_start, new_end in matcher.get_opcodes():
        if start < line <= end:
            return min(new_start + line - start, max(new_end, new_start + 1))
    return line
