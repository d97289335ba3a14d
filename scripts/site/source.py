"""airflowkit's sources as griffe reads them: nothing is imported."""

from __future__ import annotations

from functools import cache
from typing import Final

import griffe
from scripts.site.places import ROOT

_LISTS: Final = frozenset({"parameters", "attributes"})


@cache
def package() -> griffe.Object:
    """Return the package; it is read once."""
    return griffe.load("airflowkit", search_paths=[ROOT / "src"], allow_inspection=False)


def descriptions(found: griffe.Object) -> dict[str, str]:
    """Return what the sections of a docstring say of arguments and fields, by name."""
    sections = found.docstring.parse("google") if found.docstring else []
    lists = [part.value for part in sections if part.kind.value in _LISTS]
    return {entry.name: entry.description for entries in lists for entry in entries}
