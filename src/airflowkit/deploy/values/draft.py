"""The new values while they are put together, with what became of each old key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from airflowkit.deploy.values.airflow_options import text_holds_secret
from airflowkit.deploy.values.chart import dotted, known, meant, types
from airflowkit.deploy.values.fates import Fate, NeededSecret, Row
from airflowkit.deploy.values.lookup import value_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.deploy.values.chart import Path

_BOOLEANS = {"true": True, "false": False}


class Refused(NamedTuple):
    """Why a value did not get into the new values.

    Attributes:
        fate: What became of it instead.
        note: Why.
    """

    fate: Fate
    note: str


class Draft:
    """New values in the making.

    Args:
        old: The old values.
    """

    def __init__(self, old: dict[str, Any]) -> None:
        self.old = old
        self.values: dict[str, Any] = {}
        self.rows: list[Row] = []
        self._secrets: dict[str, dict[str, str]] = {}

    @property
    def secrets(self) -> tuple[NeededSecret, ...]:
        """The Secrets that are needed so far."""
        return tuple(NeededSecret(name, dict(keys)) for name, keys in self._secrets.items())

    def get(self, key: str) -> Any:
        """Return a new value, or None."""
        return value_at(self.values, key)

    def was(self, key: str) -> Any:
        """Return an old value, or None."""
        return value_at(self.old, key)

    def place(self, path: Path, value: Any) -> Refused | None:
        """Put a value, unless the chart does not know the key, it is a secret, or something else is there already."""
        if known(path) is None:
            return Refused(Fate.BY_HAND, "; ".join(filter(None, ("the chart has no such key", meant(path)))))
        taken = types(path)
        value = _coerced(value, taken)
        if value is None and taken and "null" not in taken:
            return Refused(Fate.DROPPED, "null: the chart's default holds")
        if not _is_of(value, taken):
            return Refused(Fate.BY_HAND, f"the chart takes {' or '.join(sorted(taken))} for {dotted(path)}")
        if isinstance(value, str) and text_holds_secret(value):
            return Refused(
                Fate.SECRET, "it has something like a secret in it: put that into a Secret, and write it again"
            )
        return self._lay(path, value)

    def set(self, key: str, value: Any) -> None:
        """Put a value that was thought of here, over whatever is there."""
        *parents, last = key.split(".")
        place = self.values
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = value

    def replace(self, path: Path, value: Any) -> None:
        """Put another value where one is, or take it out."""
        place = self.values
        for part in path[:-1]:
            place = place[part]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    def need(self, name: str, keys: Mapping[str, str]) -> None:
        """Note that a Secret is needed with these keys."""
        self._secrets.setdefault(name, {}).update(keys)

    def row(
        self, fate: Fate, key: str, *to: str, note: str = "", source: str = "", leaves: tuple[Path, ...] = ()
    ) -> None:
        """Note what became of a key."""
        self.rows.append(Row(fate, key, to, note, source, leaves))

    def _lay(self, path: Path, value: Any) -> Refused | None:
        place = self.values
        for part in path[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                return Refused(Fate.DROPPED, f"{dotted(path)} is set otherwise already")
        present = place.get(path[-1])
        if isinstance(present, list) and isinstance(value, list):
            place[path[-1]] = [*present, *(item for item in value if item not in present)]
        elif present in (None, {}):
            place[path[-1]] = value
        elif present != value and value not in (None, {}):
            return Refused(Fate.DROPPED, f"{dotted(path)} is set already")
        return None


def _coerced(value: Any, taken: frozenset[str]) -> Any:
    """Return a value of the type that the chart's schema asks for, where older charts took another."""
    if isinstance(value, str) and "string" not in taken:
        if taken & {"integer", "number"} and value.strip().isdigit():
            return int(value)
        if "boolean" in taken:
            return _BOOLEANS.get(value.strip().lower(), value)
        if value == "" and "null" in taken:
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and taken and not taken & {"integer", "number"}:
        return str(value) if "string" in taken else value
    return value


def _is_of(value: Any, taken: frozenset[str]) -> bool:
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "array": list,
        "object": dict,
    }
    if not taken or value is None:
        return True
    if isinstance(value, bool):
        return "boolean" in taken
    return any(isinstance(value, kinds[kind]) for kind in taken if kind in kinds)
