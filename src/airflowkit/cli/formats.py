"""The formats of commands that print a text for people, or JSON for programs."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """A format."""

    TEXT = "text"
    JSON = "json"
