"""A card as plain text, for a terminal or the output of a test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def lines_of(card: Mapping[str, Any]) -> list[str]:
    """Return the text of a card, one line per block; a row is `Owner: data-eng`.

    Args:
        card: An Adaptive Card from `build_card`.
    """
    return [line for block in card.get("body", ()) for line in _lines(block)]


def _lines(block: Mapping[str, Any]) -> Iterator[str]:
    if not block.get("isVisible", True):
        return
    if "inlines" in block:
        yield "".join(run["text"] for run in block["inlines"])
    elif "text" in block:
        yield re.sub("</?at>", "", block["text"])
    elif "columns" in block:
        yield ": ".join(line for column in block["columns"] for line in _lines(column))
    for item in block.get("items", ()):
        yield from _lines(item)
