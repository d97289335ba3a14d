"""Which keys the official chart knows, and what they take.

`chart_keys.json` is made from the chart's schema by `scripts/chart_keys.py`. The schema itself stays out: it is 827 kB,
and it lets unknown keys pass in many places, where the chart then ignores them.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Path = tuple[str, ...]
"""Where a value is: `("dags", "gitSync", "repo")`."""

ANY: Final = "any"
_WORDS: Final = {"object": "a mapping", "array": "a list", "string": "a text", "boolean": "true or false"}
_PYTHON: Final[dict[str, Any]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "null": type(None),
}  # fmt: skip
_OPEN: Final = frozenset({ANY, "object"})
"""Types that take any keys: a free mapping, or a type of Kubernetes' own."""


@cache
def _data() -> dict[str, Any]:
    return dict(json.loads(files(__package__).joinpath("chart_keys.json").read_text()))


def chart_version() -> str:
    """Return the version of the chart that is known."""
    return str(_data()["chart"])


def known(path: Sequence[str]) -> Any:
    """Return what the chart says of a key: its own keys or its types; None where it does not know the key."""
    node: Any = _data()["keys"]
    for part in path:
        if isinstance(node, str):
            return ANY if _OPEN & set(node.split("|")) else None
        node = node.get(part, node.get("*"))
        if node is None:
            return None
    return node


def types(path: Sequence[str]) -> frozenset[str]:
    """Return the types that a key takes; empty where any goes, or where the chart does not know it."""
    node = known(path)
    if isinstance(node, dict):
        return frozenset({"array"} if "[]" in node else {"object"})
    return frozenset() if node in {None, ANY} else frozenset(node.split("|"))


def meant(path: Sequence[str]) -> str:
    """Return `did you mean 'x'?` for an unknown key: a sibling, or the same name elsewhere."""
    parent = known(path[:-1]) if len(path) > 1 else _data()["keys"]
    siblings = [name for name in parent if name not in {"*", "[]"}] if isinstance(parent, dict) else []
    return did_you_mean(path[-1], siblings)


def in_order(values: Any, path: Path = ()) -> Any:
    """Return values in the order of the chart's own values file."""
    if not isinstance(values, dict):
        return values
    keys = known(path)
    order = [name for name in keys if name in values] if isinstance(keys, dict) else []
    return {name: in_order(values[name], (*path, name)) for name in dict.fromkeys((*order, *values))}


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield what is not a mapping, or an empty one, with its path."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from leaves(child, (*path, str(key)))
    else:
        yield path, value


def wrong_types(values: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the keys whose values have a type that the chart does not take, with the types that it takes."""
    taken = types(path) if path else frozenset({"object"})
    if values is not None and taken and not any(_is_of(values, name) for name in taken):
        yield path, " or ".join(_WORDS.get(name, name) for name in sorted(taken - {"null"}))
    elif isinstance(values, dict):
        for key, child in values.items():
            yield from wrong_types(child, (*path, str(key)))


def _is_of(value: Any, name: str) -> bool:
    """Return whether a value is of a type of JSON Schema; a mapping is what the chart calls an object."""
    if isinstance(value, bool) or name == "boolean":
        return isinstance(value, bool) and name in {"boolean", ANY}
    return name == ANY or isinstance(value, _PYTHON.get(name, object))


def dotted(path: Sequence[str]) -> str:
    """Return a path as Helm writes it: `ingress.apiServer.annotations."nginx.ingress.kubernetes.io/x"`."""
    return ".".join(f'"{part}"' if "." in part else part for part in path)
