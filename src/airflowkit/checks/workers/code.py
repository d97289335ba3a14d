"""What a task runs of the repository's own code: a digest of each function and class, by its name.

It is made of what the source says, so that comments, docstrings, layout, annotations, the file and the Python do not
matter; a function brings the functions, classes and plain values along that it names.
"""

from __future__ import annotations

import dis
import hashlib
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property, lru_cache, partial, partialmethod, singledispatchmethod
from pathlib import Path, PurePath
from re import Pattern
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.importing.watch import is_users
from airflowkit.checks.workers.instances import COLLECTIONS, attributes_of, held
from airflowkit.checks.workers.lazy_imports import LazyModule, lazy_modules
from airflowkit.checks.workers.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PLAIN: Final = (
    str,
    bytes,
    int,
    float,
    complex,
    bool,
    type(None),
    range,
    Decimal,
    date,
    datetime,
    time,
    timedelta,
    Pattern,
)
_WRAPPERS: Final[dict[type, tuple[str, ...]]] = {
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    cached_property: ("func",),
    singledispatchmethod: ("dispatcher",),
    type(lru_cache(len)): ("__wrapped__",),
}
"""What has a function, and where."""
_AIRFLOWS: Final = frozenset({"_BaseOperator__serialized_fields"})
"""What Airflow writes into the user's classes."""
_MOST: Final = 2000
"""Functions and classes that are followed for one task."""


class Digests:
    """Makes the digests.

    Args:
        root: The repository; where it is does not matter.
    """

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._known: dict[int, tuple[object, str, list[Any]]] = {}
        self._sources = Sources()

    def of(self, things: Collection[object]) -> dict[str, str]:
        """Return the digests of what some values run: functions, classes, instances, and collections of them."""
        found: dict[str, set[str]] = defaultdict(set)
        waiting, seen = [thing for value in things for thing in _guarded(value)], set[int]()
        while waiting and len(seen) < _MOST:
            thing = waiting.pop()
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            _thing, digest, named = self._known.get(id(thing)) or self._learned(thing)
            found[_name(thing)].add(digest)
            waiting += named
        for name, text in (told for value in things for told in _states(value)):
            found[name].add(self._digest(text))
        return {name: self._digest(" ".join(sorted(parts))) for name, parts in sorted(found.items())}

    def _learned(self, thing: Any) -> tuple[object, str, list[Any]]:
        text, named = self._text(thing)
        runnable = [inner for value in named for inner in _guarded(value)]
        self._known[id(thing)] = thing, self._digest(text), runnable
        return self._known[id(thing)]

    def _text(self, thing: Any) -> tuple[str, list[Any]]:
        """Return the text of a function, class or module, and what it names."""
        if isinstance(thing, LazyModule):
            return thing.text, list(lazy_modules(thing.code, thing.package))
        if isinstance(thing, type):
            return _class(thing)
        values = _values(thing)
        plain = [told for value in values for told in _guarded_contents(value)]
        return f"{self._sources.text(thing) or _instructions(thing.__code__)} {plain}", values + _imported(thing)

    def _digest(self, text: str) -> str:
        return hashlib.sha256(text.replace(self._root, "").encode("utf-8", "replace")).hexdigest()


def _name(thing: Any) -> str:
    return thing.name if isinstance(thing, LazyModule) else _inner_name(thing)


def _inner_name(thing: Any) -> str:
    """Return the name of a function or class without those of the functions that it is in."""
    return str(thing.__qualname__).rpartition("<locals>.")[2]


def _states(value: object) -> list[tuple[str, str]]:
    """Return what the user's own objects hold, each with the name of what it is told under."""
    try:
        return list(_stateful(value))
    except Exception:  # noqa: BLE001  foreign objects raise anything
        return []


def _stateful(value: object, depth: int = 3) -> Iterator[tuple[str, str]]:
    if isinstance(value, MethodType):
        yield from _stateful(value.__self__, depth)
    elif isinstance(value, partial):
        yield _inner_name(value.func if hasattr(value.func, "__qualname__") else partial), held(value)
    elif depth and isinstance(value, (Mapping, *COLLECTIONS)):
        inner = value.values() if isinstance(value, Mapping) else value
        yield from (told for each in inner for told in _stateful(each, depth - 1))
    elif not isinstance(value, (type, FunctionType, ModuleType)) and _is_users_class(type(value)):
        yield _inner_name(type(value)), held(value)


def _guarded(value: object) -> list[Any]:
    """Return what `_runnable` yields; nothing of a foreign object that raises when it is looked at."""
    try:
        return list(_runnable(value))
    except Exception:  # noqa: BLE001  it may raise anything
        return []


def _runnable(value: object, depth: int = 3) -> Iterator[Any]:
    """Yield the user's own functions and classes of which a value is, or consists."""
    if isinstance(value, LazyModule):
        yield value
    elif isinstance(value, FunctionType):
        yield from _own_function(value, depth)
    elif isinstance(value, MethodType):
        yield from _runnable(value.__func__, depth)
        yield from _runnable(type(value.__self__), depth)
    elif inner := _wrapped(value):
        yield from _runnable(inner, depth)
    elif isinstance(value, type):
        yield from (cls for cls in value.__mro__ if _is_users_class(cls))
    elif depth and isinstance(value, Mapping):
        yield from (thing for each in value.values() for thing in _runnable(each, depth - 1))
    elif depth and isinstance(value, COLLECTIONS):
        yield from (thing for each in value for thing in _runnable(each, depth - 1))
    elif not isinstance(value, (*_PLAIN, PurePath, BuiltinFunctionType, ModuleType)):
        yield from _runnable(type(value), 0)


def _own_function(value: FunctionType, depth: int) -> Iterator[Any]:
    if is_users(value.__code__.co_filename):
        yield value
    elif depth and hasattr(value, "__wrapped__"):
        yield from _runnable((value.__wrapped__, *_closure(value)), depth - 1)


def _is_users_class(cls: type) -> bool:
    if module := sys.modules.get(cls.__module__):
        return is_users(getattr(module, "__file__", None) or "<")
    return cls.__module__.partition(".")[0] not in sys.modules  # those of DAG files and archives are gone by now


def _values(function: FunctionType) -> list[object]:
    """Return what a function takes from elsewhere: its closure, what it names, its defaults."""
    code, space = function.__code__, function.__globals__
    named = [value for name in sorted(_names(code)) for value in _named(name, space, code)]
    return [*_closure(function), *named, function.__defaults__, function.__kwdefaults__]


def _closure(function: FunctionType) -> list[object]:
    return [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]


def _imported(function: FunctionType) -> list[object]:
    return list(lazy_modules(function.__code__, function.__globals__.get("__package__") or ""))


def _class(cls: type) -> tuple[str, list[object]]:
    """Return the text of a class, and what it has."""
    fields = getattr(cls, "__dataclass_fields__", {})
    content = {name: value for name, value in vars(cls).items() if not name.startswith("__") or callable(value)}
    if issubclass(cls, Enum):  # each Python keeps other lists of the members
        content = {name: it for name, it in content.items() if not name.startswith("_") or callable(it)}
        content |= {name: member.value for name, member in cls.__members__.items()}
    plain = {name: _guarded_contents(value) for name, value in content.items() if name not in _AIRFLOWS}
    told = {name: texts for name, texts in plain.items() if texts} | ({"fields": list(fields)} if fields else {})
    factories = [field.default_factory for field in fields.values()]
    return f"{[base.__name__ for base in cls.__bases__]} {told}", [*content.values(), *factories]


def _wrapped(value: object) -> tuple[object, ...]:
    """Return what a property, a decorated method and the like consist of."""
    if isinstance(value, (partial, partialmethod)):
        return value.func, *value.args, *value.keywords.values()
    if isinstance(value, property):
        return value.fget, value.fset, value.fdel
    names = next((names for kind, names in _WRAPPERS.items() if isinstance(value, kind)), ())
    return tuple(getattr(value, name) for name in names)


def _guarded_contents(value: object) -> list[str]:
    """Return what `_contents` yields; nothing of a foreign object that raises when it is looked at."""
    try:
        return list(_contents(value))
    except Exception:  # noqa: BLE001  it may raise anything
        return []


def _contents(value: object, depth: int = 3) -> Iterator[str]:
    """Yield the plain values of which a value consists, also those in the user's own objects."""
    if _is_plain(value):
        yield held(value)  # a set's own text has a chance order
    elif not depth:
        return
    elif isinstance(value, (partial, partialmethod)):
        yield from _contents((*value.args, value.keywords), depth - 1)
    elif isinstance(value, Mapping):
        yield from (f"{held(key)}: {list(_contents(each, depth - 1))}" for key, each in value.items() if _is_plain(key))
    elif isinstance(value, COLLECTIONS):
        found = [told for each in value for told in _contents(each, depth - 1)]
        yield from sorted(found) if isinstance(value, (set, frozenset)) else found
    elif not isinstance(value, (type, FunctionType, ModuleType)) and _is_users_class(type(value)):
        own = {} if _is_airflows(type(value)) else attributes_of(value) or {}
        yield from (f"{name}={held(each)}" for name, each in own.items() if _is_plain(each))


def _is_airflows(cls: type) -> bool:
    """Return whether Airflow fills the instances of a class: operators, hooks."""
    return any(base.__module__.startswith("airflow.") for base in cls.__mro__)


def _instructions(code: CodeType) -> str:
    return repr([(each.opname, _told(each.argval)) for each in dis.get_instructions(code)])


def _told(value: object) -> object:
    if isinstance(value, CodeType):
        return _instructions(value)
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)


def _names(code: CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return {*code.co_names}.union(*map(_names, inner))


def _named(name: str, space: Mapping[str, object], code: CodeType) -> Iterator[object]:
    """Yield what a name stands for; of a module of the user's, what the code may take from it."""
    value = space.get(name)
    if isinstance(value, ModuleType):
        if is_users(getattr(value, "__file__", None) or "<"):
            yield from (vars(value)[inner] for inner in sorted(_names(code)) if inner in vars(value))
    elif name in space:
        yield value


def _is_plain(value: object, depth: int = 5) -> bool:
    if type(value) in COLLECTIONS:
        return depth > 0 and all(_is_plain(each, depth - 1) for each in value)  # type: ignore[attr-defined]
    if type(value) is dict:
        return depth > 0 and all(_is_plain(each, depth - 1) for each in (*value, *value.values()))
    return type(value) in _PLAIN or isinstance(value, (PurePath, Enum))


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  it raises
    except ValueError:
        return False
    return True
