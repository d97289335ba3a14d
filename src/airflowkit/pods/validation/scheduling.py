"""Where a pod may run: node selectors, tolerations, spreading, gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import Fault, Path
from airflowkit.pods.schema.names import label_value_fault, qualified_name_fault, subdomain_fault
from airflowkit.pods.validation.checks import Part, items, named, one_of, required, text, unique, within
from airflowkit.pods.validation.metadata import labels
from airflowkit.pods.validation.selectors import label_selector, match_label_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.schema.versions import Version

_EFFECTS: Final = ("", "NoSchedule", "PreferNoSchedule", "NoExecute")


def scheduling(spec: Part, path: Path, version: Version) -> Iterator[Fault]:
    """Return what is wrong with where a pod may run."""
    yield from labels(spec, path, "nodeSelector")
    yield from named(spec, path, "nodeName", subdomain_fault)
    yield from tolerations(spec, path)
    yield from spreading(spec, path, version)
    gates = list(items(spec, path, "schedulingGates"))
    for gate, place in gates:
        yield from required(gate, place, "name")
        yield from named(gate, place, "name", qualified_name_fault)
        if spec.get("nodeName"):
            yield Fault(place, gate.get("name"), "cannot hold back a pod that has a nodeName")
    yield from unique((((place, "name"), gate.get("name")) for gate, place in gates), "is listed twice")


def tolerations(spec: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with tolerations."""
    for toleration, place in items(spec, path, "tolerations"):
        operator = toleration.get("operator")
        key, value = toleration.get("key"), toleration.get("value")
        yield from named(toleration, place, "key", qualified_name_fault)
        yield from one_of(toleration, place, "operator", ("Equal", "Exists", ""))
        yield from one_of(toleration, place, "effect", _EFFECTS)
        if not key and operator != "Exists":
            yield Fault((place, "operator"), operator, "must be Exists where there is no key")
        if operator == "Exists" and value:
            yield Fault((place, "value"), value, "must be empty where the operator is Exists")
        elif operator in (None, "", "Equal") and text(value) and (reason := label_value_fault(value)):
            yield Fault((place, "value"), value, reason)
        if toleration.get("tolerationSeconds") is not None and toleration.get("effect") != "NoExecute":
            yield Fault((place, "effect"), toleration.get("effect"), "must be NoExecute with tolerationSeconds")


def spreading(spec: Part, path: Path, version: Version) -> Iterator[Fault]:
    """Return what is wrong with topology spread constraints."""
    found = list(items(spec, path, "topologySpreadConstraints"))
    for constraint, place in found:
        yield from required(constraint, place, "maxSkew", "topologyKey", "whenUnsatisfiable")
        yield from within(constraint, place, "maxSkew", 1)
        yield from named(constraint, place, "topologyKey", qualified_name_fault)
        yield from one_of(constraint, place, "whenUnsatisfiable", ("DoNotSchedule", "ScheduleAnyway"))
        yield from within(constraint, place, "minDomains", 1)
        if constraint.get("minDomains") is not None and constraint.get("whenUnsatisfiable") != "DoNotSchedule":
            yield Fault((place, "minDomains"), constraint["minDomains"], "is allowed only with DoNotSchedule")
        for key in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            yield from one_of(constraint, place, key, ("Honor", "Ignore"))
        yield from label_selector(constraint, place, "labelSelector")
        yield from match_label_keys(constraint, place, "matchLabelKeys", version)
    pairs = (
        ((place, "topologyKey"), (constraint.get("topologyKey"), constraint.get("whenUnsatisfiable")))
        for constraint, place in found
    )
    yield from unique(pairs, "is listed twice for the same whenUnsatisfiable")
