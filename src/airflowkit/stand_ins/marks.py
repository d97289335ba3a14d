"""How a value is recognized that came from a stand-in, whatever the DAG file made of it.

A mark is a word of letters and digits: it is valid in ids and in Kubernetes' names, and survives in formatted text.
Numbers, dates and durations cannot carry a word: a stand-in that has to be a date is an odd day, and a duration made
from a stand-in has an odd fraction of a second.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = "akstandin"
ODD_DAY: Final = "2001-02-03"
ODD_MICROSECONDS: Final = 123457
_MARK: Final = re.compile(rf"{_PREFIX}[0-9a-f]{{8}}", re.IGNORECASE)
_SIGN: Final = re.compile(rf"{_PREFIX}|{ODD_DAY}|2001[/.]0?2[/.]0?3|\.{ODD_MICROSECONDS}|, 2001, 2, 3", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """What a stand-in replaces.

    Attributes:
        kind: `Variable`, `Connection` or `environment variable`.
        name: Its key, id or name.
    """

    kind: str
    name: str


SOURCES: Final[set[Source]] = set()
"""What has been replaced in this process: nothing outside of a check."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in its source a stand-in is.

    Attributes:
        source: The Variable, Connection or environment variable.
        path: The keys, attributes and positions that lead to it.
    """

    source: Source
    path: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        SOURCES.add(self.source)

    def inner(self, *names: str) -> Origin:
        """Return the origin of a part."""
        return Origin(self.source, (*self.path, *names))

    @property
    def outer(self) -> Origin:
        """The origin of what it is a part of."""
        return Origin(self.source, self.path[:-1])

    def __str__(self) -> str:
        return self.mark

    @property
    def mark(self) -> str:
        """The mark, the same in every process; different for each part, because ids must not repeat."""
        text = "\0".join((self.source.kind, self.source.name, *self.path))
        return f"{_PREFIX}{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"


def is_marked_text(text: str) -> bool:
    """Return whether a text contains something that came from a stand-in."""
    return _PREFIX in text or _SIGN.search(text) is not None


def is_stand_in(value: object) -> bool:
    """Return whether a value came from a stand-in: it is one, or a text, date or duration made from one."""
    if not SOURCES:
        return False
    if hasattr(value, "stand_in_for"):
        return True
    if isinstance(value, str):
        return is_marked_text(value)
    return getattr(value, "microseconds", 0) == ODD_MICROSECONDS


def marks_in(text: str) -> Iterator[str]:
    """Yield each mark in a text."""
    yield from (found.lower() for found in dict.fromkeys(_MARK.findall(text)))


def as_stand_in(value: Any, kind: type) -> Any:
    """Return a stand-in where a value of a type is expected: itself, a text or a number."""
    if isinstance(value, kind):
        return value
    return f"{getattr(value, 'stand_in_for', value)}" if kind is str else 1
