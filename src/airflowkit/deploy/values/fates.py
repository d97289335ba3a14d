"""What became of the keys of an old values file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflowkit.deploy.values.chart import Path


class Fate(StrEnum):
    """What became of a key."""

    KEPT = "kept"
    MOVED = "moved"
    DROPPED = "dropped"
    SECRET = "needs a Secret"  # noqa: S105  the heading of a report
    BY_HAND = "by hand"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Row:
    """A key of the old file, or an entry in a list of it, and what became of it.

    Attributes:
        fate: What became of it.
        key: As Helm writes it.
        to: Its successors.
        note: Why, or what to do. Never a value of the file.
        source: Where the rule comes from.
        leaves: The values that this row accounts for; empty for an entry of a list, whose list has a row.
    """

    fate: Fate
    key: str
    to: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    leaves: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class NeededSecret:
    """A Secret that the new values name.

    Attributes:
        name: Its name.
        keys: What has to be in it, by key.
    """

    name: str
    keys: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversion:
    """An old values file as one for today's chart.

    Attributes:
        values: The new values.
        rows: What became of each key, in the order of the old file.
        secrets: The Secrets that have to be made, or need another key.
        chart: What the old file was written for.
    """

    values: dict[str, Any]
    rows: tuple[Row, ...]
    secrets: tuple[NeededSecret, ...]
    chart: str

    @property
    def is_current(self) -> bool:
        """Whether the file was today's already."""
        return all(row.fate is Fate.KEPT for row in self.rows)

    @property
    def needs_hands(self) -> bool:
        """Whether something is left to do before the values can be installed."""
        return bool(self.secrets) or any(row.fate in {Fate.SECRET, Fate.BY_HAND} for row in self.rows)
