"""Selectors by labels and fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import MISSING, Fault, Path
from airflowkit.pods.schema.names import label_value_fault, qualified_name_fault, subdomain_fault
from airflowkit.pods.validation.checks import Part, inner, items, named, one_of, required, text
from airflowkit.pods.validation.metadata import labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.schema.versions import Version

_OF_LABELS: Final = ("In", "NotIn", "Exists", "DoesNotExist")
_OF_NODES: Final = (*_OF_LABELS, "Gt", "Lt")


def label_selector(part: Part, path: Path, key: str) -> Iterator[Fault]:
    """Return what is wrong with a selector of pods or namespaces."""
    for selector, place in inner(part, path, key):
        yield from labels(selector, place, "matchLabels")
        for expression, inside in items(selector, place, "matchExpressions"):
            yield from _expression(expression, inside, _OF_LABELS)


def node_selector_term(term: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with one term of a selector of nodes."""
    for expression, place in items(term, path, "matchExpressions"):
        yield from _expression(expression, place, _OF_NODES)
    for field, place in items(term, path, "matchFields"):
        yield from required(field, place, "key", "operator", "values")
        yield from one_of(field, place, "key", ("metadata.name",))
        yield from one_of(field, place, "operator", ("In", "NotIn"))
        values = field.get("values") or ()
        if len(values) > 1:
            yield Fault((place, "values"), values, "must be the name of one node")
        for index, value in enumerate(values):
            if text(value) and (reason := subdomain_fault(value)):
                yield Fault(((place, "values"), index), value, reason)


def _expression(expression: Part, path: Path, operators: tuple[str, ...]) -> Iterator[Fault]:
    yield from required(expression, path, "key", "operator")
    yield from named(expression, path, "key", qualified_name_fault)
    yield from one_of(expression, path, "operator", operators)
    operator, values = expression.get("operator"), expression.get("values") or ()
    if operator in ("In", "NotIn") and not values:
        yield Fault((path, "values"), MISSING, f"is required where the operator is {operator}")
    elif operator in ("Exists", "DoesNotExist") and values:
        yield Fault((path, "values"), values, f"must be empty where the operator is {operator}")
    elif operator in ("Gt", "Lt") and len(values) != 1:
        yield Fault((path, "values"), values, f"must be one number where the operator is {operator}")
    for index, value in enumerate(values):
        if text(value) and (reason := label_value_fault(value)):
            yield Fault(((path, "values"), index), value, reason)
        elif operator in ("Gt", "Lt") and text(value) is not None and not value.lstrip("-").isdecimal():
            yield Fault(((path, "values"), index), value, "must be a whole number: it would match no node")


def match_label_keys(part: Part, path: Path, key: str, version: Version) -> Iterator[Fault]:
    """Return what is wrong with labels whose values are taken from the pod."""
    names = part.get(key) or ()
    if names and part.get("labelSelector") is None:
        yield Fault((path, key), names, "needs a labelSelector")
    selector = part.get("labelSelector") or {}
    selected = {*(selector.get("matchLabels") or {}), *(e.get("key") for e in selector.get("matchExpressions") or ())}
    for index, name in enumerate(names):
        if text(name) is not None and (reason := qualified_name_fault(name)):
            yield Fault(((path, key), index), name, reason)
        elif name in selected and version < (1, 35):  # merged into the selector since
            yield Fault(((path, key), index), name, "is already in the labelSelector")
