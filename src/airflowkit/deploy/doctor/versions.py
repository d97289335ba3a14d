"""Versions of distributions, to be compared."""

from __future__ import annotations

import re


def numbers(version: str) -> tuple[int, ...]:
    """Return a version's numbers; a release candidate counts as its release."""
    return tuple(map(int, re.findall(r"\d+", re.split(r"[a-z]", version)[0])))
