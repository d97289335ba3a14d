"""Resource claims, and the resources of the pod as a whole."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import Fault, Key, Path
from airflowkit.pods.schema.names import label_fault, subdomain_fault
from airflowkit.pods.validation.amounts import numbers, resources
from airflowkit.pods.validation.checks import Part, exactly_one, inner, items, named, required, unique

if TYPE_CHECKING:
    from collections.abc import Iterator


_SOURCES: Final = ("resourceClaimName", "resourceClaimTemplateName")


def resource_claims(spec: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with a pod's resource claims."""
    found = list(items(spec, path, "resourceClaims"))
    for claim, place in found:
        yield from required(claim, place, "name")
        yield from named(claim, place, "name", label_fault)
        yield from exactly_one(claim, place, _SOURCES, "source")
        for key in _SOURCES:
            yield from named(claim, place, key, subdomain_fault)
    yield from unique((((place, "name"), claim.get("name")) for claim, place in found), "is listed twice")


def pod_resources(spec: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with the resources that a pod's containers share."""
    yield from resources(spec, path)
    for part, place in inner(spec, path, "resources"):
        for key in ("limits", "requests"):
            for name, amount in (part.get(key) or {}).items():
                if name not in ("cpu", "memory") and not name.startswith("hugepages-"):
                    reason = "only cpu, memory and huge pages may be given for the whole pod"
                    yield Fault(((place, key), Key(name)), amount, reason)
        yield from _against_containers(spec, part, place)


def _against_containers(spec: Part, part: Part, path: Path) -> Iterator[Fault]:
    containers = [container.get("resources") or {} for container in spec.get("containers") or ()]
    for name, amount in numbers(part, "requests").items():
        together: Decimal = sum((_request(container, name) for container in containers), start=amount * 0)
        if together > amount:
            reason = f"is less than the {together.normalize()} that the containers request together"
            yield Fault(((path, "requests"), Key(name)), part["requests"][name], reason)
    for name, amount in numbers(part, "limits").items():
        for container in containers:
            if (most := numbers(container, "limits").get(name)) is not None and most > amount:
                yield Fault(((path, "limits"), Key(name)), part["limits"][name], "is less than a container's limit")


def _request(container: Part, name: str) -> Decimal:
    limits, requests = numbers(container, "limits"), numbers(container, "requests")
    return requests.get(name, limits.get(name, Decimal(0)))
