"""How values reach the calls of a file: by their keywords, by dictionaries for `**`, by `default_args`, by names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.adopt.calls import called
from airflowkit.adopt.models import text_of as literal
from airflowkit.checks.fixes.syntax import keyword_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.adopt.calls import RawCall, RawCalls

TABLES: Final = ("dict", "default_args")
"""The functions that make a dictionary of their keywords."""


@dataclass(frozen=True, eq=False, slots=True)
class Reached:
    """A value that becomes an argument of calls, and nothing else.

    Attributes:
        value: What is written.
        calls: The calls.
        names: Where a name stands for it.
    """

    value: cst.BaseExpression
    calls: frozenset[RawCall]
    names: tuple[cst.Name, ...] = ()


@dataclass(eq=False)
class Reach:
    """The values that reach the calls of a file as one keyword.

    Attributes:
        found: The calls.
        keyword: The keyword.
    """

    found: RawCalls
    keyword: str
    _calls: dict[cst.BaseExpression, set[RawCall]] = field(default_factory=dict)
    _names: dict[cst.BaseExpression, dict[cst.Name, None]] = field(default_factory=dict)
    _through: dict[cst.BaseExpression, set[str]] = field(default_factory=dict)
    _visited: set[cst.Name] = field(default_factory=set)

    def values(self) -> list[Reached]:
        """Return what is given for the keyword."""
        return self._collected(elements=False)

    def elements(self) -> list[Reached]:
        """Return the elements of the lists that are given for the keyword, each once."""
        return self._collected(elements=True)

    def _collected(self, *, elements: bool) -> list[Reached]:
        for raw in self.found.calls:
            for value, names in self._given(raw):
                self._follow(value, raw, names, is_list=elements)
        private = {name for name in self._named() if set(self.found.uses_of(name)) <= self._visited}
        return [
            Reached(value, frozenset(calls), tuple(self._names[value]))
            for value, calls in self._calls.items()
            if self._through[value] <= private
        ]

    def _named(self) -> set[str]:
        return {name.value for name in self._visited}

    def _given(self, raw: RawCall) -> Iterator[tuple[cst.BaseExpression, frozenset[str]]]:
        own = keyword_value(raw.call, self.keyword)
        if own is not None:
            yield own, frozenset()
        for table in (*(arg.value for arg in raw.call.args if arg.star == "**"), *self._shared, *self._expanded(raw)):
            yield from self._entries(table, frozenset())

    @property
    def _shared(self) -> list[cst.BaseExpression]:
        """The `default_args` of the file: they reach all of its calls."""
        given = (arg for call in self.found.source.calls for arg in call.args if arg.keyword)
        return [arg.value for arg in given if arg.keyword and arg.keyword.value == "default_args"]

    def _expanded(self, raw: RawCall) -> Iterator[cst.BaseExpression]:
        for call in self.found.source.calls:
            function = call.func
            if isinstance(function, cst.Attribute) and function.value is raw.call and call.args:
                rows = call.args[0].value
                if function.attr.value == "expand_kwargs" and isinstance(rows, cst.List):
                    yield from (row.value for row in rows.elements)

    def _entries(
        self, table: cst.BaseExpression, names: frozenset[str]
    ) -> Iterator[tuple[cst.BaseExpression, frozenset[str]]]:
        """Yield what a dictionary has for the keyword, with the names that lead there."""
        if isinstance(table, cst.Name):
            value = self.found.constant(table.value)
            if value is not None and table.value not in names:
                self._visited.add(table)
                yield from self._entries(value, names | {table.value})
            return
        for inner in _inner(table):
            yield from self._entries(inner, names)
        yield from ((value, names) for key, value in own_entries(table) if key == self.keyword)

    def _follow(self, value: cst.BaseExpression, raw: RawCall, names: frozenset[str], *, is_list: bool) -> None:
        if isinstance(value, cst.Name):
            assigned = self.found.constant(value.value)
            if assigned is not None and value.value not in names:
                self._visited.add(value)
                self._names.setdefault(assigned, {})[value] = None
                self._follow(assigned, raw, names | {value.value}, is_list=is_list)
                return
        if is_list:
            for element in _parts(value):
                self._follow(element.value, raw, names, is_list=isinstance(element, cst.StarredElement))
            return
        self._calls.setdefault(value, set()).add(raw)
        self._through.setdefault(value, set()).update(names)
        self._names.setdefault(value, {})


def _inner(table: cst.BaseExpression) -> list[cst.BaseExpression]:
    """Return the dictionaries that a dictionary is made of."""
    if isinstance(table, cst.Dict):
        return [it.value for it in table.elements if isinstance(it, cst.StarredDictElement)]
    if isinstance(table, cst.BinaryOperation):
        return [table.left, table.right]
    if isinstance(table, cst.Call) and called(table.func) in TABLES:
        return [arg.value for arg in table.args if not arg.keyword]
    return []


def own_entries(table: cst.CSTNode) -> list[tuple[str | None, cst.BaseExpression]]:
    """Return the entries that are written out in a dictionary."""
    if isinstance(table, cst.Dict):
        return [(literal(it.key), it.value) for it in table.elements if isinstance(it, cst.DictElement)]
    if isinstance(table, cst.Call) and called(table.func) in TABLES:
        return [(arg.keyword.value, arg.value) for arg in table.args if arg.keyword]
    return []


def _parts(value: cst.BaseExpression) -> list[cst.BaseElement]:
    if isinstance(value, (cst.List, cst.Tuple)):
        return list(value.elements)
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add):
        return [cst.StarredElement(value.left), cst.StarredElement(value.right)]
    return []
