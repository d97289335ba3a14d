"""What a stand-in has to be: an import that dies of one is tried again, with stand-ins of other shapes.

Python cannot read a date or a time zone in a text that is none, and a text that works as a list is not a number where
C code asks for one. So the line that raised says which values to change, and the next attempt whether that was right.
"""

from __future__ import annotations

import linecache
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.importing.lookups import NEEDED
from airflowkit.checks.importing.watch import WATCH, is_users
from airflowkit.checks.model.facts import Failure, FailureKind, Need
from airflowkit.checks.model.missing_files import missing_path
from airflowkit.errors import message_of
from airflowkit.stand_ins.connection import StandInConnection
from airflowkit.stand_ins.known import KNOWN, Shape
from airflowkit.stand_ins.marks import Source, is_marked_text, is_stand_in, marks_in
from airflowkit.stand_ins.values import content_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType, TracebackType

MOST_ATTEMPTS: Final = 40
_NOT_OF_VALUES: Final = (ImportError, SyntaxError, NameError)
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_DEPTH: Final = 3
_WIDTH: Final = 100
_BY_VALUE: Final = (Shape.DATE, Shape.NUMBER, Shape.ZONE, Shape.CRON, Shape.JSON, Shape.MAPPING, Shape.LIST)
_BY_TYPE: Final = (Shape.NUMBER, Shape.MAPPING, Shape.LIST, Shape.DATE, Shape.ZONE, Shape.JSON, Shape.CRON)
_UNPACKED: Final = re.compile(r"not enough values to unpack \(expected (\d+)")
_HINTS: Final = {
    "zone": Shape.ZONE,
    "cron": Shape.CRON,
    "json": Shape.JSON,
    "dict": Shape.MAPPING,
    "assignment": Shape.MAPPING,
    "date": Shape.DATE,
    "list": Shape.LIST,
}
"""What an exception's name or message says about the value that should be there."""
_QUOTED: Final = re.compile(r"'(\w+)'")
_FEW: Final = 4
_AnyShape = Shape | str | int


@dataclass(frozen=True, slots=True)
class _Call:
    """A line of the user's code that an exception went through."""

    frame: FrameType
    first: int
    last: int

    @property
    def values(self) -> Iterator[Any]:
        """The values of the names on the line."""
        file, known = self.frame.f_code.co_filename, {**self.frame.f_globals, **self.frame.f_locals}
        lines = (linecache.getline(file, number, self.frame.f_globals) for number in range(self.first, self.last + 1))
        names = dict.fromkeys(_NAME.findall(" ".join(lines)))
        yield from (known[name] for name in names if name in known)

    @property
    def marks(self) -> Iterator[str]:
        """The stand-ins that the line asks for, and those that it uses."""
        file = self.frame.f_code.co_filename
        for mark, places in reversed(KNOWN.places.items()):
            if any((file, line) in places for line in range(self.first, self.last + 1)):
                yield mark
        for value in self.values:
            yield from _marks_within(value, _DEPTH)


class Search:
    """The search for shapes with which a file can be imported."""

    def __init__(self) -> None:
        self._attempts = 0
        self._tried: dict[tuple[str, ...], set[_AnyShape]] = {}
        self._trial: dict[str, _AnyShape | None] = {}
        self._focus: tuple[str, ...] = ()
        self._failures: dict[tuple[Need, ...], Failure] = {}
        self._needs: tuple[Need, ...] = ()
        self._filled: bool | None = None
        KNOWN.start()
        NEEDED.clear()

    def goes_on(self, failure: Failure, error: BaseException) -> bool:
        """Prepare the next attempt; return whether there is one.

        Args:
            failure: What became of the last one.
            error: What it raised.
        """
        self._needs = ()
        foreign = failure.kind is not FailureKind.EXCEPTION or isinstance(error, _NOT_OF_VALUES) or _misnamed(error)
        if foreign or not isinstance(error, Exception):
            return False
        calls = list(_user_calls(error.__traceback__))
        marks = tuple(self._blamed(error, calls))
        self._needs = _needs(marks, error)
        self._failures.setdefault(self._needs, failure)
        self._attempts += 1
        self._revert(marks)
        if self._attempts >= MOST_ATTEMPTS or not (self._reshaped(marks, error, calls) or _needs_more()):
            return False
        _forget_modules()
        return True

    def fills(self, dags: Iterable[Any]) -> bool:
        """Prepare an attempt in which DAGs have tasks that are empty because of an empty default, as of a list."""
        if self._filled is not None or all(dag.tasks for dag in dags) or not _needs_more():
            return False
        self._filled = True
        return True

    def empties(self) -> bool:
        """Prepare the last attempt: with the defaults, because without them the file cannot be imported."""
        if not self._filled:
            return False
        self._filled = False
        KNOWN.start()
        NEEDED.clear()
        _forget_modules()
        return True

    def explained(self, failure: Failure | None) -> Failure | None:
        """Return how the import failed in the end, with what it needs."""
        if failure is None or not self._needs:
            return failure
        first = self._failures[self._needs]
        return replace(first, text=_readable(first.text), needs=self._needs)

    def _blamed(self, error: Exception, calls: Iterable[_Call]) -> Iterator[str]:
        """Yield the stand-ins that may have raised the exception: those that it names, else those of the line."""
        text = ""
        with suppress(Exception):  # a foreign exception's `__str__` may raise anything
            text = f"{error} {error.args!r}"
        named = [mark for mark in marks_in(text) if mark in KNOWN.origins]
        named = named or [mark for mark in self._trial if content_of(KNOWN.shapes.get(mark), "\0") in text]
        nearest = (marks for call in calls if (marks := list(call.marks)))
        yield from dict.fromkeys(named or _leaves(next(nearest, [])))

    def _revert(self, marks: tuple[str, ...]) -> None:
        """Take the last shapes back if the values that got them are still to blame."""
        if not any(mark in marks for mark in self._trial):
            self._focus = ()
        else:
            for mark, before in self._trial.items():
                KNOWN.shapes.pop(mark, None)
                if before:
                    KNOWN.shapes[mark] = before
        self._trial = {}

    def _reshaped(self, marks: tuple[str, ...], error: Exception, calls: list[_Call]) -> bool:
        """Give the stand-ins their next shape: first all of the line together, then one after the other."""
        shapes = _BY_TYPE if isinstance(error, (TypeError, AttributeError)) else _BY_VALUE
        keys = _keys(calls) if isinstance(error, LookupError) else ()
        likely = (*_numbers(error), *_hinted(error), *keys, *_quoted(error))
        choices: tuple[_AnyShape, ...] = (*likely, *shapes, *_constants(error, calls))
        elements = tuple(
            mark for mark, it in KNOWN.origins.items() if it.path[-1:] == ("0",) and it.outer.mark in marks
        )
        for group in dict.fromkeys(filter(None, (self._focus, marks, elements, *((mark,) for mark in marks)))):
            tried = self._tried.setdefault(group, set())
            shape = next((shape for shape in choices if shape not in tried), None)
            if shape:
                tried.add(shape)
                self._focus = group
                self._trial = {mark: KNOWN.shapes.get(mark) for mark in group}
                KNOWN.shapes.update(dict.fromkeys(group, shape))
                return True
        return False


def _misnamed(error: BaseException) -> bool:
    """Return whether the file asked a Connection for what none has."""
    return isinstance(error, AttributeError) and isinstance(error.obj, StandInConnection)


def _needs_more() -> bool:
    """Have the file get a stand-in for what it got nothing for; return whether there is such a thing."""
    missing = {it.source for it in WATCH.defaulted if not it.default} - NEEDED
    NEEDED.update(missing)
    return bool(missing)


def _user_calls(trace: TracebackType | None) -> Iterator[_Call]:
    """Yield the lines of the user's code that an exception went through, the innermost first."""
    calls = []
    while trace:
        code = trace.tb_frame.f_code
        if is_users(code.co_filename):
            first, last, *_ = next(islice(code.co_positions(), trace.tb_lasti // 2, None), (None, None))
            calls.append(_Call(trace.tb_frame, first or trace.tb_lineno, last or first or trace.tb_lineno))
        trace = trace.tb_next
    yield from reversed(calls)


def _leaves(marks: Iterable[str]) -> Iterator[str]:
    """Yield the innermost parts: neither what they are in, nor the elements of one that is used as a list."""
    origins = {KNOWN.origins[mark]: mark for mark in marks if mark in KNOWN.origins}
    elements = {it for it in origins if it.path and it.path[-1].isdigit() and it.outer in origins}
    used = [it for it in origins if it not in elements]
    yield from (origins[it] for it in used if not any(other.outer == it for other in used if other.path))


def _marks_within(value: Any, depth: int) -> Iterator[str]:
    if is_stand_in(value):
        origin = getattr(value, "stand_in_for", None)
        yield from [origin.mark] if origin else marks_in(str(value))
    elif depth and isinstance(value, (dict, list, tuple, set)):
        inner = value.values() if isinstance(value, dict) else value
        for each in islice(inner, _WIDTH):
            yield from _marks_within(each, depth - 1)


def _needs(marks: Iterable[str], error: Exception) -> tuple[Need, ...]:
    if missing_path(message_of(error)):
        return ()  # whatever a stand-in is: the file is not here
    origins = [KNOWN.origins[mark] for mark in marks if mark in KNOWN.origins]
    needs = [Need(it.source.kind, it.source.name, it.path) for it in origins]
    if not needs:
        sources = [it.source for it in WATCH.defaulted if not it.default and it.source not in NEEDED]
        needs = [Need(it.kind, it.name) for it in sources if _dies_of(it, error)]
    return tuple(dict.fromkeys(needs))


def _dies_of(source: Source, error: Exception) -> bool:
    return isinstance(error, KeyError) and error.args[:1] == (source.name,)


def _hinted(error: Exception) -> Iterator[Shape]:
    text = f"{type(error).__name__} {message_of(error)}".lower()
    yield from (shape for word, shape in _HINTS.items() if word in text)


def _numbers(error: Exception) -> Iterator[int]:
    """Yield the number of elements that a line wants."""
    yield from (int(number) for number in _UNPACKED.findall(message_of(error)))


def _keys(calls: list[_Call]) -> Iterator[str]:
    """Yield the first key of each mapping on the line: what is looked up is one of its keys."""
    for value in calls[0].values if calls else ():
        if isinstance(value, Mapping) and not is_stand_in(value):
            yield from islice((key for key in value if isinstance(key, str)), 1)


def _quoted(error: Exception) -> Iterator[str]:
    """Yield words that the line may accept: those that the message quotes."""
    if not isinstance(error, (TypeError, AttributeError, LookupError)):
        yield from islice((word for word in _QUOTED.findall(message_of(error)) if not is_marked_text(word)), _FEW)


def _constants(error: Exception, calls: list[_Call]) -> Iterator[str]:
    """Yield words that the line may accept: those of constants in the code, as in `assert stage in ("dev", "prod")`."""
    if isinstance(error, (TypeError, AttributeError)):
        return
    for code in (call.frame.f_code for call in calls[:1]):
        groups = (set(it) for it in code.co_consts if isinstance(it, (tuple, frozenset)))
        alternatives = (group for group in groups if group.isdisjoint(code.co_names))  # not what an import names
        yield from islice((word for group in alternatives for word in sorted(map(str, group))[:1]), _FEW)


def _readable(text: str) -> str:
    """Return a text with the names of what the stand-ins replace."""
    for mark in marks_in(text):
        if origin := KNOWN.origins.get(mark):
            text = re.sub(mark, f"<{origin.source.kind} {origin.source.name}>", text, flags=re.IGNORECASE)
    return text


def _forget_modules() -> None:
    """Have the next attempt import the user's modules again: they may look values up, too."""
    for name, module in list(sys.modules.items()):
        if any(map(is_users, _places(module))):
            del sys.modules[name]


def _places(module: object) -> tuple[str, ...]:
    """Return the file of a module, or the folders of a package without a file.

    The folders are not asked for: the answer would need the package around it, which may be forgotten already.
    """
    file = getattr(module, "__file__", None)
    return (file,) if isinstance(file, str) else tuple(getattr(getattr(module, "__path__", None), "_path", ()))
