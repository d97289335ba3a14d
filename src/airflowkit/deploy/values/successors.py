"""Reads `successors.toml`: what became of each key of older values files."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.deploy.values.chart import Path

Chart = Literal["official", "community"]
Kind = Literal["move", "convert", "secret", "drop", "hand"]

KINDS: Final[tuple[Kind, ...]] = ("move", "convert", "secret", "drop", "hand")
_GROUP: Final = re.compile(r"\{([^}]*)\}|\*")


@dataclass(frozen=True, slots=True, eq=False)
class Successor:
    """A row of the table.

    Attributes:
        key: The old key in parts; `*` is any part.
        kind: What became of it.
        to: The new keys, which may name what a `*` matched.
        note: Why, or what to do.
        by: The function that converts the value.
        set: The new key that names a Secret.
        name: The Secret.
        keys: What has to be in it, by key.
        source: The version of the chart, the issue or the document that says so.
    """

    key: Path
    kind: Kind
    to: tuple[str, ...] = ()
    note: str = ""
    by: str = ""
    set: str = ""
    name: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    source: str = ""


@cache
def successors(chart: Chart) -> tuple[Successor, ...]:
    """Return the rows for an old chart."""
    table = tomllib.loads(files(__package__).joinpath("successors.toml").read_text())
    return tuple(
        successor
        for group in table[chart]
        for kind in KINDS
        for key, row in group.get(kind, {}).items()
        for successor in _expanded(key, kind, row, group["source"])
    )


def successor_of(path: Path, chart: Chart) -> Successor | None:
    """Return the longest row for a key or for one above it."""
    by_length = _by_first_part(chart)
    rows = (*by_length.get(path[0], ()), *by_length.get("*", ())) if path else ()
    fitting = [row for row in rows if _fits(row.key, path)]
    return max(fitting, key=lambda row: (len(row.key), -row.key.count("*")), default=None)


def with_matches(target: str, key: Path, path: Path) -> str:
    """Return a target with what each `*` of a row's key matched in a path."""
    for number, part in enumerate(part for pattern, part in zip(key, path, strict=False) if pattern == "*"):
        target = target.replace(f"${number + 1}", part)
    return target


@cache
def _by_first_part(chart: Chart) -> dict[str, list[Successor]]:
    found: dict[str, list[Successor]] = {}
    for row in successors(chart):
        found.setdefault(row.key[0], []).append(row)
    return found


def _fits(key: Path, path: Path) -> bool:
    return len(key) <= len(path) and all(part in {"*", actual} for part, actual in zip(key, path, strict=False))


def _expanded(key: str, kind: Kind, row: Any, source: str) -> Iterator[Successor]:
    """Yield a successor for each choice that the braces of a key leave."""
    choices = [match[1].split(",") if match[1] else ["*"] for match in _GROUP.finditer(key)]
    for chosen in product(*choices):
        parts = iter(chosen)
        expanded = _GROUP.sub(lambda _: next(parts), key)  # noqa: B023  used up in this iteration
        named = {f"${number}": part for number, part in enumerate(chosen, 1) if part != "*"}

        def filled(text: str, named: dict[str, str] = named) -> str:
            return re.sub(r"\$\d", lambda match: named.get(match[0], match[0]), text)

        yield _successor(tuple(expanded.split(".")), kind, row, source, filled)


def _successor(key: Path, kind: Kind, row: Any, source: str, filled: Any) -> Successor:
    if kind == "move":
        targets = [row] if isinstance(row, str) else row
        return Successor(key, kind, to=tuple(map(filled, targets)), source=source)
    if kind in {"drop", "hand"}:
        return Successor(key, kind, note=row, source=source)
    to = (filled(row["to"]),) if "to" in row else ()
    details = {name: value for name, value in row.items() if name != "to"}
    return Successor(key, kind, to=to, source=source, **details)
