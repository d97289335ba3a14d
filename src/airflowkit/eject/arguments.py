"""The arguments of a call that becomes a plain one: what goes, what comes, and what is laid under what is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.adopt.changes import renamed
from airflowkit.adopt.rewriting import without_keyword
from airflowkit.checks.fixes.syntax import TIGHT, keyword_index, keyword_value, with_argument
from airflowkit.eject.written import listed, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDTH: Final = 90
OURS: Final = ("security", "node_pool", "memory_after_oom")
"""The keywords that go: what they do to the pod comes back as Kubernetes' own."""


@dataclass(eq=False)
class Arguments:
    """What changes in the arguments of one call.

    Attributes:
        values: Keywords that get a value.
        below: Entries that are laid under a dictionary.
        elements: Elements that are added to lists.
    """

    values: dict[str, cst.BaseExpression] = field(default_factory=dict)
    below: dict[str, Mapping[str, cst.BaseExpression]] = field(default_factory=dict)
    elements: dict[str, list[cst.BaseExpression]] = field(default_factory=dict)

    def __call__(self, call: cst.Call) -> cst.Call:
        """Return the call with its changes."""
        call = renamed(_with_its_task_id(call), old="resources", new="container_resources")
        for name in OURS:
            call = without_keyword(call, name)
        for name, elements in self.elements.items():
            call = _with(call, name, _longer(keyword_value(call, name), elements))
        for name, entries in self.below.items():
            call = _with(call, name, _laid_over(keyword_value(call, name), entries))
        for name, value in self.values.items():
            call = _with(call, name, value)
        return _spread(call)


def _spread(call: cst.Call) -> cst.Call:
    """Return a call with each argument on a line of its own, where it has become too long for one."""
    text = text_of(call)
    if "\n" in text or len(text) <= _WIDTH:
        return call
    gap = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
    args = [arg.with_changes(comma=cst.Comma(whitespace_after=gap)) for arg in call.args]
    closing = cst.ParenthesizedWhitespace(indent=True)
    args[-1] = args[-1].with_changes(
        comma=cst.Comma(whitespace_after=closing), whitespace_after_arg=cst.SimpleWhitespace("")
    )
    return call.with_changes(args=args, whitespace_before_args=gap)


def _with_its_task_id(call: cst.Call) -> cst.Call:
    """Return a call with a keyword for its first argument: the plain operator takes none without."""
    if not call.args or call.args[0].keyword or call.args[0].star:
        return call
    first = call.args[0].with_changes(keyword=cst.Name("task_id"), equal=TIGHT)
    return call.with_changes(args=[first, *call.args[1:]])


def _with(call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call:
    place = keyword_index(call, name)
    if place is None:
        return with_argument(call, name, value)
    args = list(call.args)
    args[place] = args[place].with_changes(value=value)
    return call.with_changes(args=args)


def _longer(given: cst.BaseExpression | None, elements: list[cst.BaseExpression]) -> cst.BaseExpression:
    if given is None:
        return listed(elements)
    added = [cst.Element(it) for it in elements]
    if isinstance(given, cst.List):
        before = list(given.elements)
        if before:
            before[-1] = before[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return given.with_changes(elements=[*before, *added])
    return cst.List([cst.StarredElement(given), *added])


def _laid_over(given: cst.BaseExpression | None, entries: Mapping[str, cst.BaseExpression]) -> cst.BaseExpression:
    below = [cst.DictElement(cst.SimpleString(f'"{name}"'), value) for name, value in entries.items()]
    if given is None:
        return cst.Dict(below)
    if isinstance(given, cst.Dict):
        return given.with_changes(elements=[*below, *given.elements])
    return cst.Dict([*below, cst.StarredDictElement(given)])
