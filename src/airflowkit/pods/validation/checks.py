"""The small checks that rules are made of. Each returns faults; a runtime value has none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import Any

from airflowkit.errors import did_you_mean
from airflowkit.pods.schema.faults import MISSING, Fault, Path
from airflowkit.pods.schema.jinja import is_runtime_value

Part = Mapping[str, Any]


def required(part: Part, path: Path, *keys: str) -> Iterator[Fault]:
    """Refuse a part that lacks a field."""
    for key in keys:
        if part.get(key) in (None, "", [], {}):
            yield Fault((path, key), part.get(key, MISSING), "is required")


def named(part: Part, path: Path, key: str, fault: Callable[[str], str]) -> Iterator[Fault]:
    """Refuse a name against its grammar."""
    value = part.get(key)
    if isinstance(value, str) and value and not is_runtime_value(value) and (reason := fault(value)):
        yield Fault((path, key), value, reason)


def one_of(part: Part, path: Path, key: str, allowed: Collection[str]) -> Iterator[Fault]:
    """Refuse a word that is none of those that Kubernetes knows."""
    value = part.get(key)
    if not value or value in allowed or is_runtime_value(value):
        return  # an empty word is none in Go
    nearest = next((word for word in allowed if word.lower() == str(value).lower()), None)
    guess = f"did you mean {nearest!r}?" if nearest else did_you_mean(str(value), allowed)
    yield Fault((path, key), value, f"must be one of {', '.join(allowed)}", guess)


def within(part: Part, path: Path, key: str, lowest: int, highest: int | None = None) -> Iterator[Fault]:
    """Refuse a number outside its bounds."""
    value = part.get(key)
    if not isinstance(value, int):
        return
    if value < lowest or (highest is not None and value > highest):
        bounds = f"at least {lowest}" if highest is None else f"from {lowest} to {highest}"
        yield Fault((path, key), value, f"must be {bounds}")


def exactly_one(part: Part, path: Path, keys: Collection[str], noun: str) -> Iterator[Fault]:
    """Refuse a part with none, or more than one, of some fields."""
    present = [key for key, value in part.items() if value is not None and key in keys]
    if not present:
        yield Fault(path, MISSING, f"has no {noun}", f"give one of {', '.join(keys)}")
    elif len(present) > 1:
        yield Fault((path, present[1]), MISSING, f"is a second {noun} beside {present[0]}", "give only one")


def at_most_one(part: Part, path: Path, keys: Collection[str], noun: str) -> Iterator[Fault]:
    """Refuse a part with more than one of some fields."""
    if any(part.get(key) is not None for key in keys):
        yield from exactly_one(part, path, keys, noun)


def unique(values: Iterable[tuple[Path, Hashable]], reason: str) -> Iterator[Fault]:
    """Refuse a value that occurs twice."""
    seen = set()
    for path, value in values:
        if value in seen:
            yield Fault(path, value, reason)
        if value is not None and not is_runtime_value(value):
            seen.add(value)


def text(value: object) -> str | None:
    """Return a text that is known already."""
    return value if isinstance(value, str) and not is_runtime_value(value) else None


def items(part: Part, path: Path, key: str) -> Iterator[tuple[Any, Path]]:
    """Return the elements of a list with their places."""
    contents = part.get(key)
    if isinstance(contents, list):
        for index, content in enumerate(contents):
            yield content, ((path, key), index)


def inner(part: Part, path: Path, key: str) -> Iterator[tuple[Any, Path]]:
    """Return an object within a part with its place, if it is there."""
    content = part.get(key)
    if isinstance(content, dict):
        yield content, (path, key)


def path_fault(value: str) -> str:
    """Return what keeps a text from being a path within a volume."""
    if value.startswith("/"):
        return "must be a relative path"
    return "must not contain '..'" if ".." in value.split("/") else ""
