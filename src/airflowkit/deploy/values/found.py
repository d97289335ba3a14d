"""A key of the old values with its row in the table, and the functions that convert what changes its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.values.chart import dotted
from airflowkit.deploy.values.draft import Draft
from airflowkit.deploy.values.fates import Fate

if TYPE_CHECKING:
    from airflowkit.deploy.values.chart import Path
    from airflowkit.deploy.values.successors import Successor


@dataclass(frozen=True, slots=True)
class Found:
    """What an old values file has for a row of the table.

    Attributes:
        path: Where it is.
        value: The value, without what longer rows are about.
        leaves: The paths of everything in it.
        successor: The row.
        to: The new key, with what each `*` matched.
        blank_is_unset: Whether an empty text means no value, as the community chart has it.
    """

    path: Path
    value: Any
    leaves: tuple[Path, ...]
    successor: Successor
    to: tuple[str, ...]
    blank_is_unset: bool = False

    @property
    def key(self) -> str:
        """The old key, as Helm writes it."""
        return dotted(self.path)

    def became(self, draft: Draft, fate: Fate, *to: str, note: str = "") -> None:
        """Note what became of all of it."""
        draft.row(fate, self.key, *to, note=note, source=self.successor.source, leaves=self.leaves)

    def secret_name(self, draft: Draft) -> str:
        """Return the name of a Secret, or nothing, having noted why it is none."""
        if isinstance(self.value, str) and self.value:
            return self.value
        empty = self.value in (None, "")
        fate, note = (Fate.DROPPED, "it is empty") if empty else (Fate.BY_HAND, "it is not a Secret's name")
        self.became(draft, fate, note=note)
        return ""

    def place(self, draft: Draft, value: Any, to: str = "", *, note: str = "") -> None:
        """Put a value under the new key, or say why not."""
        to = to or self.to[0]
        if refused := draft.place(tuple(to.split(".")), value):
            self.became(draft, refused.fate, note=refused.note)
        elif to == self.key and value == self.value:
            self.became(draft, Fate.KEPT)
        else:
            self.became(draft, Fate.MOVED, to, note=note)

    def needs(self, draft: Draft, set_key: str, name: str, keys: dict[str, str]) -> None:
        """Name a Secret instead of the value, the one that is named there already if there is one."""
        present = draft.get(set_key) or draft.was(set_key)
        named = present if isinstance(present, str) else name
        if set_key:
            draft.set(set_key, [named] if set_key == "imagePullSecrets" else named)
        draft.need(named, keys)
        what = ", ".join(keys)
        self.became(draft, Fate.SECRET, *filter(None, (set_key,)), note=f"Secret {named}, key {what}")


Converter = Callable[[Draft, Found], None]
CONVERTERS: Final[dict[str, Converter]] = {}
"""By the name that a row has under `by`."""


def converter(function: Converter) -> Converter:
    """Register a function that converts a value."""
    CONVERTERS[function.__name__] = function
    return function
