"""Comments in a DAG file that ignore rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMENT: Final = re.compile(r"#\s*airflowkit:\s*(ignore|ignore-file)\[([^\]]*)\][ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that ignores rules.

    Attributes:
        codes: The rules' codes, or their beginnings.
        reason: Why; without one it ignores nothing.
        line: Where it stands.
        covers: The line that it is about; None for the whole file.
    """

    codes: tuple[str, ...]
    reason: str
    line: int
    covers: int | None


def comments(path: Path) -> tuple[Comment, ...]:
    """Return the comments in a file that ignore rules.

    Example:
        x = pod_task("x", image="orders")  # airflowkit: ignore[AK402] built by hand until March
    """
    try:
        content = path.read_bytes()
    except OSError:
        return ()
    return tuple(_comments(content.decode(errors="replace"))) if b"airflowkit:" in content else ()


def _comments(source: str) -> Iterator[Comment]:
    for match in _COMMENT.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        alone = not source[source.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
        covers = None if match[1] == "ignore-file" else line + 1 if alone else line
        yield Comment(tuple(match[2].replace(",", " ").split()), match[3].strip(), line, covers)
