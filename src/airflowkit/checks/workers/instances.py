"""What an object holds, as a text without addresses: arguments of a `partial`, attributes of an instance."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import partial
from types import FunctionType, MethodType
from typing import Any, Final

from airflowkit.checks.workers.evidence import written

COLLECTIONS: Final = (list, tuple, set, frozenset)
_OF_NO_MEANING: Final = frozenset({"context", "log", "_log", "logger"})
_DEPTH: Final = 7


def held(value: Any, depth: int = _DEPTH) -> str:
    """Return what an object holds."""
    if isinstance(value, MethodType):
        return f"{value.__func__.__qualname__} of {held(value.__self__, depth)}"
    if isinstance(value, (type, FunctionType)):
        return value.__qualname__
    return _parts(value, depth - 1) if depth else type(value).__qualname__


def _parts(value: Any, depth: int) -> str:
    if isinstance(value, partial):
        return f"partial({held((value.func, *value.args), depth)}, {held(value.keywords, depth)})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{held(key, depth)}: {held(each, depth)}' for key, each in value.items())}}}"
    if isinstance(value, COLLECTIONS):
        parts = [held(each, depth) for each in value]
        kind = "" if isinstance(value, list) else type(value).__name__
        return f"{kind}[{', '.join(sorted(parts) if isinstance(value, (set, frozenset)) else parts)}]"
    attributes = attributes_of(value)
    if attributes is None or isinstance(value, Enum):
        plain = getattr(type(value), "__repr__", None) is object.__repr__  # it has nothing but an address
        return type(value).__qualname__ if plain else written(value)
    return f"{type(value).__qualname__}({', '.join(f'{name}={held(it, depth)}' for name, it in attributes.items())})"


def attributes_of(value: Any) -> dict[str, Any] | None:
    """Return the attributes of an instance by name; None if it has none of its own."""
    slots = [name for cls in type(value).__mro__ for name in _listed(vars(cls).get("__slots__", ()))]
    own = {**getattr(value, "__dict__", {}), **{name: getattr(value, name) for name in slots if hasattr(value, name)}}
    left = {name: own[name] for name in sorted(own) if name not in _OF_NO_MEANING and not name.startswith("__")}
    return left if left and type(value).__module__ != "builtins" else None


def _listed(slots: Any) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)
