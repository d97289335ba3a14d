"""Stand-ins: they can be used as text, number, list or mapping, because nobody knows what the deployment has."""

from __future__ import annotations

import operator
import re
import sys
from dis import opname
from typing import TYPE_CHECKING, Any, Final, Self, SupportsIndex

from airflowkit.stand_ins.known import KNOWN, Shape
from airflowkit.stand_ins.marks import ODD_DAY, ODD_MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.stand_ins.marks import Origin

_MICROSECONDS: Final = frozenset({10**6, 60 * 10**6, 3600 * 10**6, 86400 * 10**6, 7 * 86400 * 10**6})
"""What `timedelta` multiplies its arguments by."""
_MERGES: Final = frozenset({"DICT_MERGE", "DICT_UPDATE"})
_CONTENTS: Final[Mapping[Shape | int | None, str]] = {
    Shape.DATE: ODD_DAY,
    Shape.NUMBER: "1",
    Shape.CRON: "@daily",
    Shape.ZONE: "UTC",
    Shape.JSON: "{}",
}


def stand_in(origin: Origin, *, decoded: bool = False) -> Any:
    """Return the stand-in for a value.

    Args:
        origin: What it replaces.
        decoded: Whether it was read from JSON, and so need not be text.
    """
    KNOWN.note(origin)
    shape = KNOWN.shapes.get(origin.mark)
    if decoded and shape is Shape.NUMBER:
        return StandInNumber(origin)
    if decoded and shape is Shape.LIST:
        return StandInList(origin)
    if decoded and shape in {Shape.MAPPING, Shape.JSON}:
        return StandInMapping(origin)
    content = content_of(shape)
    return ReadableStandIn(origin, content) if content else StandIn(origin, origin.mark)


def content_of(shape: Shape | str | int | None, default: str = "") -> str:
    """Return the text of a stand-in that is to be read; by default there is none to read."""
    return shape if isinstance(shape, str) else _CONTENTS.get(shape, default)


class _Parts:
    """What stand-ins of all types do: their parts are stand-ins."""

    stand_in_for: Origin

    def _part(self, *names: object) -> Any:
        return stand_in(self.stand_in_for.inner(*map(str, names)), decoded=True)

    def _elements(self, number: int = 0) -> Iterator[Any]:
        known = KNOWN.shapes.get(self.stand_in_for.mark)
        return iter([self._part(index) for index in range(number or (known if isinstance(known, int) else 1))])

    def get(self, key: object, default: object = None) -> Any:  # noqa: ARG002  a mapping's signature
        """Return a part, as a mapping would return a value."""
        return self._part(key)

    def pop(self, key: object = 0, default: object = None) -> Any:  # noqa: ARG002  as above
        """Return a part, as a mapping or a list would."""
        return self._part(key)

    setdefault = get

    def keys(self) -> list[Any]:
        """Return one key; none to `**`, which takes only the names of parameters."""
        if _instruction(2) not in _MERGES:
            return [self._part("key")]
        KNOWN.spread = True
        return []

    def values(self) -> list[Any]:
        """Return one value."""
        return [self._part("value")]

    def items(self) -> list[tuple[Any, Any]]:
        """Return one key with its value."""
        return [(self._part("key"), self._part("value"))]

    def update(self, *_others: object, **_values: object) -> None:
        """Accept values, as a mapping would."""

    def copy(self) -> Self:
        """Return itself: what it stands for does not change."""
        return self

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _known: object) -> Self:
        return self


class StandIn(_Parts, str):  # noqa: SLOT000  its parts are found through its origin
    """A text that can be used as whatever else the deployment may have.

    Args:
        origin: What it replaces.
        content: Its text.
    """

    def __new__(cls, origin: Origin, content: str) -> Self:
        """Return the text."""
        new = super().__new__(cls, content)
        new.stand_in_for = origin
        return new

    def __reduce__(self) -> Any:
        return StandIn, (self.stand_in_for, str.__str__(self))

    def __getitem__(self, key: Any) -> Any:
        return self if isinstance(key, slice) else self._part(key)

    def __setitem__(self, _key: object, _value: object) -> None:
        """Accept an item, as a mapping would."""

    def __delitem__(self, _key: object) -> None:
        """Let an item go, as a mapping would."""

    def __iter__(self) -> Iterator[Any]:
        return self._elements(_wanted())

    def __contains__(self, part: object) -> bool:
        return not isinstance(part, str) or _KEY.fullmatch(part) is not None or str.__contains__(self, part)

    def __int__(self) -> int:
        return 1

    __index__ = __int__

    def __float__(self) -> float:
        return 1.0

    def __mod__(self, other: Any) -> Any:
        return StandInNumber(self.stand_in_for) % other if _is_number(other) else self

    def __add__(self, other: Any) -> Any:
        return str.__add__(self, other) if isinstance(other, str) else self._joined(other)

    def __radd__(self, other: Any) -> Any:
        return str.__add__(other, self) if isinstance(other, str) else self._joined(other)

    def _joined(self, other: Any) -> Any:
        return StandInList(self.stand_in_for) if isinstance(other, list) else StandInNumber(self.stand_in_for) + other

    def __or__(self, other: Any) -> Any:
        return {**other}

    __ror__ = __or__

    def split(self, sep: str | None = None, maxsplit: SupportsIndex = -1) -> list[Any]:  # noqa: ARG002  as `str` has it
        """Return one part, or as many as it is unpacked into."""
        return StandInList(self.stand_in_for)

    rsplit = split

    def splitlines(self, keepends: bool = False) -> list[Any]:  # noqa: ARG002, FBT001, FBT002  as `str` has it
        """Return one part."""
        return StandInList(self.stand_in_for)

    def partition(self, sep: str) -> tuple[Any, str, Any]:
        """Return two parts."""
        return self._part(0), sep, self._part(1)

    rpartition = partition

    def append(self, _element: object) -> None:
        """Accept an element, as a list would."""

    extend = add = append

    def insert(self, _index: int, _element: object) -> None:
        """Accept an element, as a list would."""


class ReadableStandIn(str):  # noqa: SLOT000  as above
    """A text that a parser can read, such as a date: it is nothing else.

    Args:
        origin: What it replaces.
        content: Its text.
    """

    stand_in_for: Origin

    def __new__(cls, origin: Origin, content: str) -> Self:
        """Return the text."""
        new = super().__new__(cls, content)
        new.stand_in_for = origin
        return new

    def __reduce__(self) -> Any:
        return ReadableStandIn, (self.stand_in_for, str(self))


_KEY: Final = re.compile(r"[A-Za-z_]\w*")


class StandInNumber(_Parts, int):
    """A number that came from a stand-in, whatever is calculated with it.

    Args:
        origin: What it replaces.
        value: Its value: 1 works nearly everywhere.
    """

    stand_in_for: Origin

    def __new__(cls, origin: Origin, value: int = 1) -> Self:
        """Return the number."""
        new = super().__new__(cls, value)
        new.stand_in_for = origin
        return new

    def __reduce__(self) -> Any:
        return StandInNumber, (self.stand_in_for, int(self))

    def __str__(self) -> str:
        return StandIn(self.stand_in_for, self.stand_in_for.mark)

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        return self.stand_in_for.mark

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, int) and other in _MICROSECONDS:
            return int(self) * other + ODD_MICROSECONDS
        return _marked(self, int(self) * other)

    __rmul__ = __mul__


class StandInList(_Parts, list[Any]):
    """A list that came from a stand-in, of one element, or of as many as it is unpacked into.

    Args:
        origin: What it replaces.
    """

    def __init__(self, origin: Origin) -> None:
        self.stand_in_for = origin
        super().__init__(self._elements())

    def __reduce__(self) -> Any:
        return StandInList, (self.stand_in_for,)

    def __iter__(self) -> Iterator[Any]:
        number = _wanted()
        return self._elements(number) if number else super().__iter__()

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key) if key == 0 or isinstance(key, slice) else self._part(key)


class StandInMapping(_Parts, dict[str, Any]):  # type: ignore[misc]
    """A mapping that came from a stand-in: it has every key.

    Args:
        origin: What it replaces.
    """

    def __init__(self, origin: Origin) -> None:
        self.stand_in_for = origin
        super().__init__()

    def __reduce__(self) -> Any:
        return StandInMapping, (self.stand_in_for,)

    def __missing__(self, key: str) -> Any:
        return self._part(key)

    def __bool__(self) -> bool:
        return True

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the default: this is an empty dictionary to Airflow, which asks for what it knows."""
        return super(_Parts, self).get(key, default)

    def __iter__(self) -> Iterator[Any]:
        return self._elements(_wanted())


def number_from(convert: Any, *args: Any, **kwargs: Any) -> Any:
    """Return what `int` or `float` makes of its arguments: `int` itself returns nothing that can be marked."""
    if args and isinstance(args[0], (StandIn, ReadableStandIn, StandInNumber)) and convert in (int, float):
        return StandInNumber(args[0].stand_in_for)
    return convert(*args, **kwargs)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def _marked(number: StandIn | StandInNumber, result: Any) -> Any:
    """Return the result of a calculation, marked if it is a whole number."""
    return StandInNumber(number.stand_in_for, result) if type(result) is int else result


def _changed_text(name: str) -> Any:
    method = getattr(str, name)
    return lambda self, *args: StandIn(self.stand_in_for, method(self, *args))


def _calculated(name: str) -> Any:
    method = getattr(int, name)
    return lambda self, *args: _marked(self, method(self, *args))


def _of_text(calculate: Any, *, reflected: bool = False) -> Any:
    """Return an operator for a text that is used as a number."""

    def calculated(self: StandIn, *others: Any) -> Any:
        number = StandInNumber(self.stand_in_for)
        return calculate(*others, number) if reflected else calculate(number, *others)

    return calculated


def _compared(name: str) -> Any:
    as_text, as_number = getattr(str, name), getattr(int, name)

    def compared(self: StandIn, other: Any) -> Any:
        return as_number(1, int(other)) if _is_number(other) else as_text(self, other)

    return compared


for _name in ("strip", "lstrip", "rstrip", "lower", "upper", "replace", "removeprefix", "removesuffix", "title"):
    setattr(StandIn, _name, _changed_text(_name))
for _name in ("add", "radd", "sub", "rsub", "floordiv", "rfloordiv", "mod", "rmod", "pow", "neg", "abs", "round"):
    setattr(StandInNumber, f"__{_name}__", _calculated(f"__{_name}__"))
for _name in ("mul", "sub", "truediv", "floordiv", "pow", "neg", "abs"):
    setattr(StandIn, f"__{_name}__", _of_text(getattr(operator, f"__{_name}__")))
for _name in ("mul", "sub", "truediv", "floordiv", "pow"):
    setattr(StandIn, f"__r{_name}__", _of_text(getattr(operator, f"__{_name}__"), reflected=True))
for _name in ("lt", "le", "gt", "ge"):
    setattr(StandIn, f"__{_name}__", _compared(f"__{_name}__"))


def _wanted() -> int:
    """Return how many elements the DAG file unpacks an iterable into; 0 if it does something else with it."""
    frame = sys._getframe(2)  # noqa: SLF001  the code that asks for the iterator
    code = frame.f_code.co_code
    return code[frame.f_lasti + 1] if opname[code[frame.f_lasti]] == "UNPACK_SEQUENCE" else 0


def _instruction(depth: int) -> str:
    frame = sys._getframe(depth)  # noqa: SLF001  as above
    return opname[frame.f_code.co_code[frame.f_lasti]]
