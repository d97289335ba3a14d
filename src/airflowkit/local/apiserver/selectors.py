"""Label and field selectors.

The grammar: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SET_BASED = re.compile(r"(?P<key>[^\s!=,()]+)\s+(?P<operator>in|notin)\s*\((?P<values>[^()]*)\)")
_EQUALITY = re.compile(r"(?P<key>[^\s!=,()]+)\s*(?P<operator>==|=|!=)\s*(?P<value>[^\s!=,()]*)")
_PRESENCE = re.compile(r"(?P<absent>!\s*)?(?P<key>[^\s!=,()]+)")


def labels_match(selector: str, labels: Mapping[str, str]) -> bool:
    """Return whether labels match a selector.

    Raises:
        ValueError: The selector is not valid.

    Examples:
        >>> labels_match("dag_id=orders,already_checked!=True,!airflow-worker", {"dag_id": "orders"})
        True
    """
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", selector)] if selector.strip() else []
    matching = [_part_matches(part, labels) for part in parts]
    return all(matching)


def field_matches(selector: str, values: Mapping[str, Any]) -> bool:
    """Return whether an object's fields match a selector such as `involvedObject.name=x`."""
    return labels_match(selector, {key: str(value) for key, value in _flat(values).items()})


def _part_matches(part: str, labels: Mapping[str, str]) -> bool:
    if match := _SET_BASED.fullmatch(part):
        inside = labels.get(match["key"]) in {value.strip() for value in match["values"].split(",")}
        return inside if match["operator"] == "in" else not inside
    if match := _EQUALITY.fullmatch(part):
        same = labels.get(match["key"]) == match["value"]
        return not same if match["operator"] == "!=" else same
    if match := _PRESENCE.fullmatch(part):
        return (match["key"] in labels) != bool(match["absent"])
    raise ValueError(f"unable to parse requirement: {part!r}")


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat
