"""Which values the keywords of an alert take. What is wrong is an error while the DAG file is parsed.

The callback of a deadline is created when it is too late for an error: what is wrong there is left out, with a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypedDict

from airflowkit.alerts.facts.facts import Event
from airflowkit.alerts.safety.log import log
from airflowkit.errors import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

Mentions = Mapping[str, str] | Sequence[str]


class AlertOptions(TypedDict, total=False):
    """The keywords of every alert; `TeamsNotifier` describes them."""

    conn_id: str
    title: str
    message: str
    mentions: Mentions
    runbook: str
    environment: str
    budget: float


class DigestOptions(TypedDict, total=False):
    """The keywords of an alert that `teams_digest` takes."""

    conn_id: str
    environment: str
    budget: float


def accepted(options: Mapping[str, Any], *, lenient: bool) -> dict[str, Any]:
    """Return the options that were given and are right.

    Args:
        options: All keywords; None where one was not given.
        lenient: Whether to warn of the others, and leave them out.

    Raises:
        TypeError: There are others.
    """
    given = {name: value for name, value in options.items() if value is not None}
    faults = dict(_faults(given))
    for fault in faults.values():
        if not lenient:
            raise TypeError(fault)
        log.warning("airflowkit: %s", fault)
    return {name: value for name, value in given.items() if name not in faults}


def is_budget(value: object) -> bool:
    """Return whether a value is a number of seconds that an alert may take."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _faults(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if name not in _VALUES:
            hint = did_you_mean(name, _VALUES)
            yield name, f"TeamsNotifier has no keyword {name!r}{'; ' if hint else ''}{hint}"
            continue
        is_right, expected = _VALUES[name]
        if not is_right(value):
            yield name, f"TeamsNotifier: {name} = {shown(value)}: must be {expected}"


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_event(value: object) -> bool:
    return isinstance(value, str) and value in {"", *Event}


def _are_mentions(value: object) -> bool:
    if isinstance(value, str):
        return True
    texts = [*value, *value.values()] if isinstance(value, Mapping) else value
    return isinstance(texts, Sequence) and not isinstance(texts, bytes) and all(map(_is_text, texts))


_TEXT: Final[tuple[Callable[[object], bool], str]] = (_is_text, "text")
_VALUES: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = {
    "event": (_is_event, f"one of {', '.join(Event)}"),
    "conn_id": _TEXT,
    "title": _TEXT,
    "message": _TEXT,
    "mentions": (_are_mentions, "addresses, or addresses by name"),
    "runbook": _TEXT,
    "environment": _TEXT,
    "budget": (is_budget, "a number of seconds above 0"),
}
"""For each keyword a test, and what it asks for."""
