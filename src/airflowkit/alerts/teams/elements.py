"""The elements of an Adaptive Card, its envelope and its size.

Version 1.4 with elements of 1.2, because Teams shows an error for newer ones (microsoft/AdaptiveCards#8965). Foreign
text is in TextRuns, which do not interpret Markdown; TextBlocks and FactSets do, so only mentions use them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Card = dict[str, Any]

MAX_MESSAGE: Final = 20_000
"""Bytes of a message that certainly pass: Teams silently drops one above about 28 KB after its own expansion."""
MAX_ESCAPED: Final = 26_000
"""Bytes of the same message as a string in JSON, which is how a flow passes it on."""

_TITLES: Final = "110px"


def message(card: Card) -> Card:
    """Return the envelope that a Teams workflow expects around a card."""
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def fits(card: Mapping[str, Any]) -> bool:
    """Return whether Teams accepts a card of this size, measured as it is sent."""
    sent = json.dumps(message(dict(card)))
    return len(sent) <= MAX_MESSAGE and len(json.dumps(sent)) <= MAX_ESCAPED


def adaptive_card(
    fallback: str, body: Sequence[Card], actions: Sequence[Card] = (), teams: Mapping[str, Any] | None = None
) -> Card:
    """Return a card of elements.

    Args:
        fallback: What a notification, and a client that cannot show cards, says.
        body: What it shows.
        actions: Its buttons.
        teams: What only Teams knows, such as mentions.
    """
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": fallback,
        "msteams": {"width": "Full", **(teams or {})},
        "body": list(body),
        **({"actions": list(actions)} if actions else {}),
    }


def open_url(title: str, url: str) -> Card:
    """Return a button that opens a page."""
    return {"type": "Action.OpenUrl", "title": title, "url": url}


def row(title: str, value: str, **properties: Any) -> Card:
    """Return a title beside its value: a FactSet would take the value for Markdown."""
    left = {"type": "Column", "width": _TITLES, "items": [rich_text(text_run(title, weight="Bolder"))]}
    right = {"type": "Column", "width": "stretch", "items": [rich_text(text_run(value))]}
    return {"type": "ColumnSet", "columns": [left, right], **properties}


def monospace(text: str) -> Iterator[Card]:
    """Yield a block per line: not every client shows a line break in a TextRun."""
    for number, line in enumerate(line for line in text.splitlines() if line.strip()):
        indented = "\u00a0" * (len(line) - len(line.lstrip())) + line.strip()
        yield rich_text(text_run(indented, fontType="Monospace", size="Small"), spacing="None" if number else "Small")


def rich_text(*runs: Card, **properties: Any) -> Card:
    """Return a paragraph."""
    return {"type": "RichTextBlock", "inlines": list(runs), **properties}


def text_run(text: str, **properties: Any) -> Card:
    """Return a piece of text."""
    return {"type": "TextRun", "text": text, **properties}
