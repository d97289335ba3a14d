"""Which stand-ins the file that is being imported has got, and what each has to be for the import to go on."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from enum import Enum, auto
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
        places: The file and line that asked for each last.
        shapes: What has been found out that a value has to be, by its mark; a text is its content, a number how many
            elements it has.
        spread: Whether one has been spread into arguments since something was built last.
    """

    origins: dict[str, Origin] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    shapes: dict[str, Shape | str | int] = field(default_factory=dict)
    spread: bool = False

    def start(self) -> None:
        """Start the next file: modules that were imported for one before may still have their stand-ins."""
        self.places.clear()
        self.shapes.clear()
        self.spread = False

    def note(self, origin: Origin) -> None:
        """Record a stand-in and the line of the user's code that asks for it."""
        frame = sys._getframe(2)  # noqa: SLF001  `inspect.stack` reads source files
        while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _NOT_THE_USERS:
            frame = frame.f_back
        self.origins[origin.mark] = origin
        self.places.pop(origin.mark, None)
        self.places[origin.mark] = (frame.f_code.co_filename, frame.f_lineno)


_NOT_THE_USERS: Final = frozenset({"airflow", "airflowkit", "ast", "json", "yaml", "_strptime"})
KNOWN: Final = KnownStandIns()
