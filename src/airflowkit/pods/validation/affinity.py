"""Affinity to nodes and to other pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import Fault, Path
from airflowkit.pods.schema.names import label_fault, qualified_name_fault
from airflowkit.pods.validation.checks import Part, inner, items, named, required, text, within
from airflowkit.pods.validation.selectors import label_selector, match_label_keys, node_selector_term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.schema.versions import Version

_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"


def affinity(spec: Part, path: Path, version: Version) -> Iterator[Fault]:
    """Return what is wrong with a pod's affinity."""
    for part, place in inner(spec, path, "affinity"):
        for nodes, inside in inner(part, place, "nodeAffinity"):
            yield from _node_affinity(nodes, inside)
        for key in ("podAffinity", "podAntiAffinity"):
            for pods, inside in inner(part, place, key):
                yield from _pod_affinity(pods, inside, version)


def _node_affinity(part: Part, path: Path) -> Iterator[Fault]:
    for selector, place in inner(part, path, _REQUIRED):
        yield from required(selector, place, "nodeSelectorTerms")
        for term, inside in items(selector, place, "nodeSelectorTerms"):
            if not term.get("matchExpressions") and not term.get("matchFields"):
                yield Fault(inside, term, "is empty: it would match no node")
            yield from node_selector_term(term, inside)
    for preference, place in items(part, path, _PREFERRED):
        yield from _weight(preference, place)
        if preference.get("preference") is None:
            yield Fault((place, "preference"), None, "is required")
        for term, inside in inner(preference, place, "preference"):
            yield from node_selector_term(term, inside)


def _pod_affinity(part: Part, path: Path, version: Version) -> Iterator[Fault]:
    for term, place in items(part, path, _REQUIRED):
        yield from _pod_term(term, place, version)
    for weighted, place in items(part, path, _PREFERRED):
        yield from _weight(weighted, place)
        term = weighted.get("podAffinityTerm")
        yield from _pod_term(term if isinstance(term, dict) else {}, (place, "podAffinityTerm"), version)


def _weight(part: Part, path: Path) -> Iterator[Fault]:
    if part.get("weight") is None:
        yield Fault((path, "weight"), None, "is required")
    yield from within(part, path, "weight", 1, 100)


def _pod_term(term: Part, path: Path, version: Version) -> Iterator[Fault]:
    yield from required(term, path, "topologyKey")
    yield from named(term, path, "topologyKey", qualified_name_fault)
    yield from label_selector(term, path, "labelSelector")
    yield from label_selector(term, path, "namespaceSelector")
    for key in ("matchLabelKeys", "mismatchLabelKeys"):
        yield from match_label_keys(term, path, key, version)
    for name in set(term.get("matchLabelKeys") or ()) & set(term.get("mismatchLabelKeys") or ()):
        yield Fault((path, "mismatchLabelKeys"), name, "is also in matchLabelKeys")
    for index, name in enumerate(term.get("namespaces") or ()):
        if text(name) is not None and (reason := label_fault(name)):
            yield Fault(((path, "namespaces"), index), name, reason)
