"""airflowkit's sources as griffe reads them: nothing is imported."""

from __future__ import annotations

from functools import cache

import griffe
from scripts.site.places import ROOT


@cache
def package() -> griffe.Object:
    """Return the package; it is read once."""
    return griffe.load("airflowkit", search_paths=[ROOT / "src"], allow_inspection=False)
