"""What a DAG file gets for the Variables, Connections and environment variables that it looks up while it is imported.

Only for worker processes. Nothing is looked up in a database or a secrets backend: values come from the environment,
where `[check.variables]` and its like are put, then from the file's own default, and else are stand-ins.
"""

from __future__ import annotations

import inspect
import os
import sys
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from airflowkit import _airflow
from airflowkit.checks.importing.watch import WATCH, Defaulted, is_users
from airflowkit.checks.model.facts import Observation
from airflowkit.declared_values import variable_name
from airflowkit.stand_ins import readers
from airflowkit.stand_ins.connection import ATTRIBUTES, StandInConnection
from airflowkit.stand_ins.marks import Origin, Source
from airflowkit.stand_ins.values import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable

NEEDED: Final[set[Source]] = set()
"""What gets a stand-in although the file has a default for it, or should get an error: without, its import failed."""


def install() -> None:
    """Answer the look-ups of this process."""
    for variable in _airflow.variable_classes():
        variable.get = classmethod(_looked_up_variable(variable.get.__func__))
    for owner, name in _airflow.connection_lookups():
        setattr(owner, name, classmethod(_looked_up_connection(getattr(owner, name).__func__)))
    ATTRIBUTES.update(dir(_airflow.connection("none")))
    environ: Any = type(os.environ)
    environ.__getitem__ = _looked_up_environment(environ.__getitem__)
    environ.get = _with_default(environ.get)
    readers.install()


def _looked_up_variable(get: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(get)

    @wraps(get)
    def wrapped(cls: type, key: str, *args: Any, **kwargs: Any) -> Any:
        if WATCH.path:
            WATCH.variables.append(Observation(str(key), WATCH.line()))
        if not _takes(signature, cls, key, *args, **kwargs):
            kwargs = WATCH.adapt(cls, kwargs)
        if not _takes(signature, cls, key, *args, **kwargs):  # `default_var` is Airflow 2's, `default` that of the SDK
            return get(cls, key, *args, **kwargs)
        given = signature.bind(cls, key, *args, **kwargs).arguments
        if variable_name(key) in os.environ:
            return get(cls, key, *args, **kwargs)
        source = Source("Variable", str(key))
        defaults = [given[name] for name in ("default", "default_var") if name in given]
        if defaults and source not in NEEDED:
            return _defaulted(source, defaults[0])
        return stand_in(Origin(source), decoded=bool(given.get("deserialize_json")))

    return wrapped


def _takes(signature: inspect.Signature, *args: Any, **kwargs: Any) -> bool:
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def _looked_up_connection(get: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get)
    def wrapped(cls: type, conn_id: str) -> Any:
        if WATCH.path:
            WATCH.connections.append(Observation(str(conn_id), WATCH.line()))
        if _airflow.connection_variable(conn_id) in os.environ:
            return get(cls, conn_id)
        if WATCH.path:
            return StandInConnection(Origin(Source("Connection", str(conn_id))))
        return _airflow.connection(conn_id)

    return wrapped


def _looked_up_environment(get: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get)
    def wrapped(environ: Any, name: Any) -> Any:
        if not WATCH.path or not isinstance(name, str) or not _asked_by_user():
            return get(environ, name)
        with suppress(KeyError):
            return get(environ, name)
        source = Source("environment variable", name)
        if source in NEEDED:
            return stand_in(Origin(source))
        _defaulted(source, None)
        return get(environ, name)

    return wrapped


def _with_default(get: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get)
    def wrapped(environ: Any, key: Any, default: Any = None) -> Any:
        if not WATCH.path or key in environ or not isinstance(key, str) or not _asked_by_user():
            return get(environ, key, default)
        source = Source("environment variable", key)
        return stand_in(Origin(source)) if source in NEEDED else _defaulted(source, default)

    return wrapped


def _defaulted(source: Source, default: Any) -> Any:
    if WATCH.path:
        WATCH.defaulted.append(Defaulted(source, default, WATCH.line()))
    return default


def _asked_by_user() -> bool:
    """Return whether the user's own code asks: libraries handle what they do not find."""
    frame = sys._getframe(2)  # noqa: SLF001  `inspect.stack` reads source files
    while frame.f_back and frame.f_code.co_filename in _BETWEEN:
        frame = frame.f_back
    return is_users(frame.f_code.co_filename)


_BETWEEN: Final = frozenset({__file__, os.getenv.__code__.co_filename})
