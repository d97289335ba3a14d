"""The labels that a node must have, as text: what `nodeSelector` and the required node affinity ask for.

The text is that of a label selector, as `kubectl get nodes -l` takes it, with `key>5` and `key<5` besides, which only
affinity has; terms of which one suffices have ` or ` between them
(https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME: Final = "metadata.name"
"""The only field by which affinity can select (`matchFields`)."""
_OR: Final = " or "
_BETWEEN: Final = re.compile(r",(?![^(]*\))")
_SET: Final = re.compile(r"(\S+) (in|notin) \(([^)]*)\)")
_COMPARED: Final = re.compile(r"([^=<>]+)([=<>])(.*)")


def node_selector(spec: Mapping[str, Any]) -> str:
    """Return what a pod's spec asks of its node, or an empty string where any node will do."""
    labels = [f"{key}={value}" for key, value in sorted((spec.get("nodeSelector") or {}).items())]
    named = [f"{NAME}={spec['nodeName']}"] if spec.get("nodeName") else []
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    terms = [[*labels, *named, *_requirements(term)] for term in required.get("nodeSelectorTerms") or [{}]]
    return _OR.join(dict.fromkeys(",".join(term) for term in terms))


def matches(selector: str, name: str, labels: Mapping[str, str]) -> bool:
    """Return whether a node is one that a selector asks for."""
    known = {**labels, NAME: name}
    return any(all(_has(known, each) for each in _BETWEEN.split(term)) for term in selector.split(_OR))


def _requirements(term: Mapping[str, Any]) -> Iterator[str]:
    for asked in (*(term.get("matchExpressions") or ()), *(term.get("matchFields") or ())):
        key, values = asked.get("key"), [str(value) for value in asked.get("values") or ()]
        yield {
            "In": f"{key} in ({','.join(values)})",
            "NotIn": f"{key} notin ({','.join(values)})",
            "Exists": f"{key}",
            "DoesNotExist": f"!{key}",
            "Gt": f"{key}>{''.join(values)}",
            "Lt": f"{key}<{''.join(values)}",
        }[asked.get("operator")]


def _has(labels: Mapping[str, str], asked: str) -> bool:
    if found := _SET.fullmatch(asked):
        return (labels.get(found[1]) in found[3].split(",")) is (found[2] == "in")
    if found := _COMPARED.fullmatch(asked):
        return _compares(labels.get(found[1]), found[2], found[3])
    return (asked.removeprefix("!") in labels) is not asked.startswith("!")


def _compares(value: str | None, operator: str, wanted: str) -> bool:
    if value is None or operator == "=":
        return value == wanted
    try:
        return int(value) > int(wanted) if operator == ">" else int(value) < int(wanted)
    except ValueError:
        return False
