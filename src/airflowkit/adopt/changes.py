"""What can be rewritten in a file: each raw call, and each value that airflowkit has a class or a word for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.adopt import values
from airflowkit.adopt.calls import RawCall, RawCalls, Slot, has_comments, listed_values
from airflowkit.adopt.models import text_of
from airflowkit.adopt.reach import Reach, own_entries
from airflowkit.adopt.rewriting import GONE
from airflowkit.checks.fixes.syntax import keyword_index, walked, with_argument
from airflowkit.pods.spec.keywords import DEAD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from airflowkit.adopt.models import Named
    from airflowkit.adopt.reach import Reached
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


def moves(found: RawCalls, shown: Iterable[RawCall], named: Named, kept: Mapping[str, str]) -> dict[RawCall, Change]:
    """Return the changes of raw calls to `pod_task`, without arguments that do nothing, wherever they are written.

    Args:
        found: The raw calls of the file.
        shown: Those to change.
        named: Gives a public name of airflowkit as this file has to write it.
        kept: Keywords, and the values that keep what `pod_task` would do otherwise.
    """
    dead = _dead(found)
    return {raw: Change(frozenset({raw}), _move(raw, named, kept) | dead.get(raw, {})) for raw in shown}


def _move(raw: RawCall, named: Named, kept: Mapping[str, str]) -> dict[cst.CSTNode, Rewrite]:
    rewrites: dict[cst.CSTNode, Rewrite] = {raw.operator: constant(named("pod_task"))}
    added = {name: text for name, text in kept.items() if keyword_index(raw.call, name) is None}
    if added:
        rewrites[raw.call] = partial(_with_arguments, added=added)
    return rewrites


def _dead(found: RawCalls) -> dict[RawCall, dict[cst.CSTNode, Rewrite]]:
    """Return how each call loses the arguments that do nothing; a dictionary loses them for all calls at once."""
    gone: dict[RawCall, dict[cst.CSTNode, Rewrite]] = {}
    for name, dead in DEAD.items():
        slots = Reach(found, name).values()
        meant = _calls_with(found, "on_finish_action") if name == "is_delete_operator_pod" and slots else set()
        for slot in slots:
            if _is_one_of(slot.value, dead.harmless) or slot.calls <= meant:  # the other says what happens to the pod
                for raw in slot.calls:
                    gone.setdefault(raw, {}).update(_taken_out(found, slot))
        entries = [it for it in _entries(found, name) if _is_one_of(it, dead.harmless)]
        for raw in found.calls if entries else ():
            gone.setdefault(raw, {}).update(dict.fromkeys(entries, constant(GONE)))
    return gone


def _entries(found: RawCalls, name: str) -> Iterator[cst.BaseExpression]:
    """Yield what dictionaries of the file have for a keyword, whether or not it can be followed where they go."""
    for node in walked(found.source.module):
        yield from (value for key, value in own_entries(node) if key == name)
        target = node.targets[0].target if isinstance(node, cst.Assign) and len(node.targets) == 1 else None
        if isinstance(node, cst.Assign) and isinstance(target, cst.Subscript):
            keys = [it.slice.value for it in target.slice if isinstance(it.slice, cst.Index)]
            yield from (node.value for key in keys if text_of(key) == name)


def _is_one_of(value: cst.BaseExpression, names: Collection[str]) -> bool:
    return isinstance(value, cst.Name) and value.value in names


def _calls_with(found: RawCalls, keyword: str) -> set[RawCall]:
    return {raw for slot in Reach(found, keyword).values() for raw in slot.calls}


def _taken_out(found: RawCalls, slot: Reached) -> Mapping[cst.CSTNode, Rewrite]:
    """Return the rewrites that take a value out where it is given; its own statement stays if it has comments."""
    places = slot.names if slot.names and found.has_comments(slot.value) else (slot.value, *slot.names)
    return dict.fromkeys(places, constant(GONE))


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


def _with_arguments(call: cst.Call, *, added: Mapping[str, str]) -> cst.Call:
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
