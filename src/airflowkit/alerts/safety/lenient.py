"""Reads what may be missing: Airflow's contexts differ by the process that runs the callback.

A worker passes everything, the DAG processor a task instance without half of its fields, a DAG-level callback gets
no exception, a deadline a plain dictionary. So each access may fail, and no failure may matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def look(source: object, *path: str) -> Any:
    """Follow keys and attributes; return None where one of them is missing or raises."""
    for name in path:
        try:
            source = source[name] if isinstance(source, Mapping) else getattr(source, name)
        except Exception:  # noqa: BLE001  Airflow's properties may raise anything
            return None
    return source


def text(source: object, *path: str) -> str:
    """Return a string, or an empty one."""
    found = look(source, *path)
    return str.__str__(found) if isinstance(found, str) else ""


def number(source: object, *path: str) -> int | None:
    """Return a whole number, or None."""
    found = look(source, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def time(source: object, *path: str) -> datetime | None:
    """Return a time with its zone, or None; deadlines have theirs as text."""
    found = look(source, *path)
    if isinstance(found, str):
        try:
            found = datetime.fromisoformat(found)
        except ValueError:
            return None
    if not isinstance(found, datetime):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
