"""What can be rewritten in a file: each raw call, and each value that airflowkit has a class or a word for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.adopt import values
from airflowkit.adopt.calls import RawCall, RawCalls, Slot, has_comments, listed_values
from airflowkit.adopt.rewriting import GONE, without_keyword
from airflowkit.checks.fixes.syntax import keyword_index, keyword_value, with_argument
from airflowkit.pods.spec.keywords import DEAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflowkit.adopt.models import Named
    from airflowkit.adopt.rewriting import Rewrite
    from airflowkit.pods.values.resources import Resources

_ELEMENTS: Final = {
    "secrets": values.secret,
    "env_from": values.set_of_variables,
    "env_vars": values.variable,
    "image_pull_secrets": values.pull_secret,
}


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """A part of the file that is rewritten as a whole, or not.

    Attributes:
        calls: The raw calls that have to be `pod_task` for it.
        rewrites: What becomes of nodes of the tree, given the node with what is below it already rewritten.
    """

    calls: frozenset[RawCall]
    rewrites: Mapping[cst.CSTNode, Rewrite] = field(default_factory=dict)


def move(raw: RawCall, named: Named, kept: Mapping[str, str]) -> Change:
    """Return the change of a raw call to `pod_task`, without arguments that do nothing.

    Args:
        raw: The call.
        named: Gives a public name of airflowkit as this file has to write it.
        kept: Keywords, and the values that keep what `pod_task` would do otherwise.
    """
    rewrites: dict[cst.CSTNode, Rewrite] = {raw.operator: constant(named("pod_task"))}
    dead = [name for name, it in DEAD.items() if _is_harmless(raw.call, name, it.harmless)]
    added = {name: text for name, text in kept.items() if keyword_index(raw.call, name) is None}
    if dead or added:
        rewrites[raw.call] = partial(_with_arguments, dead=dead, added=added)
    return Change(frozenset({raw}), rewrites)


def value_changes(found: RawCalls, named: Named, sizes: Mapping[str, Resources]) -> list[Change]:
    """Return the changes of values; each is independent of the others."""
    changes = []
    for keyword, convert in _ELEMENTS.items():
        for slot in found.elements(keyword):
            new = None if has_comments(slot.value) else convert(found.source, slot.value, named)
            if new is not None:
                changes.append(_written(slot, new))
    changes += _plain_variables(found)
    changes += _resources(found, named, sizes)
    return [*changes, *_volumes(found, named)]


def _written(slot: Slot, new: cst.BaseExpression) -> Change:
    return Change(slot.calls, {slot.value: constant(new)})


def constant(new: cst.BaseExpression) -> Rewrite:
    """Return the rewrite of a node to another one."""
    return lambda _node: new


def _plain_variables(found: RawCalls) -> Iterator[Change]:
    """Yield the changes of lists of plain variables to dictionaries."""
    for slot in found.values("env_vars"):
        new = values.dictionary(found.source, slot.value)
        if new is not None:
            yield _written(slot, new)


def _resources(found: RawCalls, named: Named, sizes: Mapping[str, Resources]) -> Iterator[Change]:
    """Yield the changes of `container_resources`; the argument has another name then."""
    for slot in found.values("container_resources"):
        new = None if has_comments(slot.value) else values.resources(found.source, slot.value, named, sizes)
        if new is None:
            continue
        rename = partial(renamed, old="container_resources", new="resources")
        yield Change(slot.calls, {slot.value: constant(new), **{raw.call: rename for raw in slot.calls}})


def _volumes(found: RawCalls, named: Named) -> Iterator[Change]:
    """Yield the changes of volumes that have one mount, which comes with the volume then."""
    mounts = {slot.value: slot for slot in found.elements("volume_mounts")}
    by_name: dict[tuple[str, frozenset[RawCall]], list[Slot]] = {}
    for slot in mounts.values():
        name = values.name_of(found.source, slot.value)
        if name is not None:
            by_name.setdefault((name, slot.calls), []).append(slot)
    for slot in found.elements("volumes"):
        name = values.name_of(found.source, slot.value)
        its = by_name.get((name, slot.calls), []) if name is not None else []
        if len(its) != 1 or any(
            found.has_comments(it) for it in (slot.value, its[0].value, *_lists_of(found, its[0], "volume_mounts"))
        ):
            continue
        new = values.volume(found.source, slot.value, its[0].value, named)
        if new is not None:
            yield Change(slot.calls, {slot.value: constant(new), **without_element(found, its[0], "volume_mounts")})


def without_element(found: RawCalls, slot: Slot, keyword: str) -> Mapping[cst.CSTNode, Rewrite]:
    """Return the rewrites that take a value out of the lists for a keyword that it is in, with its own statement."""
    elements = [element for listed in _lists_of(found, slot, keyword) for element in listed_values(listed)]
    places = [element for element in elements if found.written(element, keyword) is slot.value]
    return dict.fromkeys((*places, slot.value), constant(GONE))


def _lists_of(found: RawCalls, slot: Slot, keyword: str) -> list[cst.BaseExpression]:
    return [it.value for it in found.values(keyword) if it.calls & slot.calls]


def _is_harmless(call: cst.Call, name: str, harmless: Sequence[str]) -> bool:
    value = keyword_value(call, name)
    if name == "is_delete_operator_pod" and keyword_index(call, "on_finish_action") is not None:
        return value is not None  # the other argument says what happens to the pod
    return isinstance(value, cst.Name) and value.value in harmless


def _with_arguments(call: cst.Call, *, dead: Sequence[str], added: Mapping[str, str]) -> cst.Call:
    for name in dead:
        call = without_keyword(call, name)
    for name, text in added.items():
        call = with_argument(call, name, cst.parse_expression(text))
    return call


def renamed(call: cst.Call, *, old: str, new: str) -> cst.Call:
    """Return a call with another name for a keyword."""
    place = keyword_index(call, old)
    if place is None:
        return call
    args = list(call.args)
    args[place] = args[place].with_changes(keyword=cst.Name(new))
    return call.with_changes(args=args)
