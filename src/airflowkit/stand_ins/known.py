"""Which stand-ins the file that is being imported has got, and what each has to be for the import to go on."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice
from traceback import walk_stack
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from airflowkit.stand_ins.marks import Origin


class Shape(Enum):
    """What a value may have to be instead of a text."""

    NUMBER = auto()
    DATE = auto()
    MAPPING = auto()
    LIST = auto()
    JSON = auto()
    ZONE = auto()
    CRON = auto()


@dataclass(slots=True)
class KnownStandIns:
    """The stand-ins of this process.

    Attributes:
        origins: What each replaces, by its mark.
        places: The files and lines that asked for each last.
        shapes: What has been found out that a value has to be, by its mark; a text is its content, a number how many
            elements it has.
        spread: Whether one has been spread into arguments since something was built last.
    """

    origins: dict[str, Origin] = field(default_factory=dict)
    places: dict[str, frozenset[tuple[str, int]]] = field(default_factory=dict)
    shapes: dict[str, Shape | str | int] = field(default_factory=dict)
    spread: bool = False

    def start(self) -> None:
        """Start the next file: modules that were imported for one before may still have their stand-ins."""
        self.places.clear()
        self.shapes.clear()
        self.spread = False

    def note(self, origin: Origin) -> None:
        """Record a stand-in, and the lines that ask for it."""
        self.origins[origin.mark] = origin
        self.places.pop(origin.mark, None)
        frames = islice(walk_stack(sys._getframe(2)), _DEEPEST)  # noqa: SLF001  `inspect.stack` reads source files
        self.places[origin.mark] = frozenset((frame.f_code.co_filename, line) for frame, line in frames)


_DEEPEST: Final = 12
KNOWN: Final = KnownStandIns()
