"""What is offered: a place in a DAG file, and what can be written there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that airflowkit has for what a DAG file does by itself.

    Attributes:
        path: The file, as it was named.
        line: Where it is.
        write: What can be written in its place.
        note: What that is, and what else changes with it.
    """

    path: str
    line: int
    write: str
    note: str
