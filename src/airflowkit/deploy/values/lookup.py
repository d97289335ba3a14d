"""Looks values up by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def value_at(values: Any, key: str | Sequence[str], default: Any = None) -> Any:
    """Return a value by its key, or the default where there is none, or a null.

    Args:
        values: The values.
        key: The key, such as `dags.gitSync.repo`; in parts where one of them has a dot.
        default: What is returned instead.
    """
    for part in key.split(".") if isinstance(key, str) else key:
        values = values.get(part) if isinstance(values, dict) else None
    return default if values is None else values
