"""Lets Python's readers of text read a stand-in: what they look for is not in it."""

from __future__ import annotations

import _strptime  # type: ignore[import-not-found]
import ast
import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from airflowkit.stand_ins.known import KNOWN, Shape
from airflowkit.stand_ins.marks import ODD_DAY
from airflowkit.stand_ins.values import ReadableStandIn, StandIn, stand_in

if TYPE_CHECKING:
    from collections.abc import Callable


def install() -> None:
    """Replace the readers of this process."""
    json.JSONDecoder.decode = _reading(json.JSONDecoder.decode, 1)  # type: ignore[method-assign]
    ast.literal_eval = _reading(ast.literal_eval, 0)
    strptime = _strptime._strptime_datetime  # noqa: SLF001
    _strptime._strptime_datetime = _reading_time(strptime)  # noqa: SLF001
    try:
        import yaml
    except ImportError:
        return
    yaml.load = _reading(yaml.load, 0)


def _reading(read: Callable[..., Any], position: int) -> Callable[..., Any]:
    """Return a reader whose result for a stand-in is a stand-in for whatever may be written there."""

    @wraps(read)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if len(args) > position and isinstance(text := args[position], (StandIn, ReadableStandIn)):
            return stand_in(text.stand_in_for, decoded=True)
        return read(*args, **kwargs)

    return wrapped


def _reading_time(read: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(read)
    def wrapped(cls: Any, text: str, pattern: str = "%a %b %d %H:%M:%S %Y") -> Any:
        if isinstance(text, (StandIn, ReadableStandIn)):
            KNOWN.shapes[text.stand_in_for.mark] = Shape.DATE
            return cls.fromisoformat(ODD_DAY)
        return read(cls, text, pattern)

    return wrapped
