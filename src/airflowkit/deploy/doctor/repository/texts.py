"""The text files of a repository that say how it is built and installed."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

_LARGEST: Final = 1_000_000
_MOST: Final = 5_000
"""Files; a repository with more is searched no further."""
_LEFT_OUT: Final = frozenset({"node_modules", "__pycache__", "venv", "site-packages", "charts"})
_SHOWN_FOLDERS: Final = frozenset({".github"})


def texts(root: Path, patterns: Iterable[str]) -> Iterator[tuple[Path, str]]:
    """Yield the files whose names fit a pattern, with their text; hidden folders are left out."""
    wanted = tuple(patterns)
    for path in _files(root):
        if any(path.match(pattern) for pattern in wanted):
            text = _text(path)
            if text:
                yield path, text


def first_text(root: Path, patterns: Iterable[str], present: re.Pattern[str]) -> str:
    """Return the text of the first such file in which a pattern is found, or an empty string."""
    return next((text for _, text in texts(root, patterns) if present.search(text)), "")


def line_at(text: str, offset: int) -> int:
    """Return the line of a place in a text."""
    return text.count("\n", 0, offset) + 1


@lru_cache(maxsize=4)
def _files(root: Path) -> tuple[Path, ...]:
    found: list[Path] = []
    for place, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders if name in _SHOWN_FOLDERS or not (name.startswith(".") or name in _LEFT_OUT)
        )
        found.extend(Path(place, name) for name in sorted(names))
        if len(found) > _MOST:
            break
    return tuple(found[:_MOST])


@lru_cache(maxsize=512)
def _text(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
