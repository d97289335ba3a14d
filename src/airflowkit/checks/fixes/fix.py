"""What a fix is: a rule's code, and a small function from a finding and a text to the fixed text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from airflowkit.checks.model.findings import Finding

Apply = Callable[["Finding", str], str | None]


def _as_it_is(text: str) -> str:
    return text


def _the_file_itself(path: Path) -> Path:
    return path


@dataclass(frozen=True, slots=True)
class Fix:
    """The fix of one rule.

    Attributes:
        code: The rule's code.
        apply: From the finding and the text to the fixed text; None if the text leaves in doubt what to do.
        target: From the path of the finding to that of the file to change.
        declared: What it changes in a serialized DAG: pairs of a key and the key above it.
        respelled: Gives two texts that mean the same one spelling, where it changes texts within a DAG.
    """

    code: str
    apply: Apply
    target: Callable[[Path], Path] = _the_file_itself
    declared: frozenset[tuple[str, str]] = frozenset()
    respelled: Callable[[str], str] = _as_it_is
