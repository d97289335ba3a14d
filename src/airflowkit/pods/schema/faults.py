"""What is wrong at a place of a manifest, before the argument that put it there is known."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from airflowkit.errors import Problem, shown
from airflowkit.redaction import may_name_secret
from airflowkit.secret_shapes import MASK

MISSING: Final = object()
"""No value: something is absent that must be there."""


_LONGEST: Final = 1000


class Key(str):
    """A key of a map, such as a label's; it is not a field's name, so its spelling is kept."""

    __slots__ = ()


Path = tuple[Any, str | int] | str
"""A place: `((("spec", "volumes"), 0), "name")`. It is spelled out only for a problem."""


class Fault(NamedTuple):
    """What is wrong with a value at a place."""

    path: Path
    value: object
    reason: str
    hint: str = ""

    def as_problem(self, segments: list[str | int] | None = None) -> Problem:
        """Return the fault with its place spelled out.

        Args:
            segments: Another place, such as the argument that put the value there.
        """
        place = spell(split(self.path) if segments is None else segments)
        return Problem(place, _shown(place, self.value), _cut(self.reason), _cut(self.hint))


def split(path: Path) -> list[str | int]:
    """Return the segments of a path, outermost first."""
    segments: list[str | int] = []
    while isinstance(path, tuple):
        path, segment = path
        segments.append(segment)
    if path:
        segments.append(path)
    return segments[::-1]


def spell(segments: list[str | int]) -> str:
    """Return a place as people write it.

    Examples:
        >>> spell(["spec", "volumes", 0, "name"])
        'spec.volumes[0].name'
    """
    text = ""
    for segment in segments:
        if isinstance(segment, int):
            text += f"[{segment}]"
        elif isinstance(segment, Key) and not re.fullmatch(r"[\w-]+", segment):
            text += f"[{str(segment)!r}]"
        else:
            text += f".{segment}" if text else segment
    return text


def _shown(place: str, value: object) -> str:
    if value is MISSING:
        return ""
    if place.startswith("env_vars") and may_name_secret(place):
        return MASK
    return shown(value)


def _cut(text: str) -> str:
    """Return a reason or a hint that does not repeat the whole of a very long value."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
