"""Why pods die, in words: one module for each place where Kubernetes says it."""

from __future__ import annotations

from typing import NamedTuple


class Cause(NamedTuple):
    """Why something failed, in one line, and what to do about it."""

    reason: str
    hint: str = ""
