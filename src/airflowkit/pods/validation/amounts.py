"""Requests and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.schema.faults import MISSING, Fault, Key, Path
from airflowkit.pods.schema.names import qualified_name_fault
from airflowkit.pods.schema.quantities import parse_quantity, quantity_fault
from airflowkit.pods.validation.checks import Part, inner, items, required, text, unique

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

_STANDARD: Final = {"cpu", "memory", "ephemeral-storage"}
_HUGE: Final = "hugepages-"
_LEAST_BYTES: Final = 1024 * 1024
_MOST_CPUS: Final = 400


def resources(container: Part, path: Path, claims: set[str] | None = None) -> Iterator[Fault]:
    """Return what is wrong with what a container asks for and may use."""
    for part, place in inner(container, path, "resources"):
        limits, requests = numbers(part, "limits"), numbers(part, "requests")
        for key, known in (("limits", limits), ("requests", requests)):
            for name, value in (part.get(key) or {}).items():
                yield from _amount(name, value, known.get(name), ((place, key), Key(name)))
        yield from _against_each_other(part, limits, requests, place)
        found = list(items(part, place, "claims"))
        yield from unique((((p, "name"), (c.get("name"), c.get("request"))) for c, p in found), "is listed twice")
        for claim, inside in found:
            yield from required(claim, inside, "name")
            if claims is not None and text(claim.get("name")) and claim["name"] not in claims:
                yield Fault((inside, "name"), claim["name"], "the pod has no such resource claim")


def numbers(part: Part, key: str) -> dict[str, Decimal]:
    """Return the requests or limits that are known, as numbers."""
    return {
        name: parse_quantity(value)
        for name, value in (part.get(key) or {}).items()
        if text(value) is not None and not quantity_fault(value)
    }


def byte_faults(value: str, path: Path) -> Iterator[Fault]:
    """Return what is wrong with an amount of memory that can be read."""
    yield from _amount("memory", value, parse_quantity(value), path)


def _amount(name: str, value: Any, number: Decimal | None, path: Path) -> Iterator[Fault]:
    if text(name) is not None and (reason := resource_name_fault(name)):
        yield Fault(path, name, reason, "write cpu, memory, ephemeral-storage, or a device such as nvidia.com/gpu")
        return
    if text(value) is None:
        return
    if number is None:
        yield Fault(path, value, quantity_fault(value))
    elif number < 0:
        yield Fault(path, value, "must not be negative")
    elif name in ("memory", "ephemeral-storage"):
        yield from _bytes(value, number, path)
    elif name == "cpu" and number >= _MOST_CPUS:
        yield Fault(path, value, "is more processors than a node has", _meant(value, "m", ("",)))
    elif "/" in name and number != number.to_integral_value():
        yield Fault(path, value, "must be a whole number: devices cannot be shared")
    elif name.startswith(_HUGE):
        yield from _pages(name, value, number, path)


def _bytes(value: str, number: Decimal, path: Path) -> Iterator[Fault]:
    if number != number.to_integral_value():
        reason = f"is a fraction of a byte ({number.normalize()} bytes)"
        yield Fault(path, value, reason, _meant(value, "Mi", ("m",)))
    elif 0 < number < _LEAST_BYTES:
        yield Fault(path, value, "is less than a process needs to start", _meant(value, "Mi", ("", "k", "Ki", "m")))


def _meant(value: str, suffix: str, instead_of: tuple[str, ...]) -> str:
    """Return the amount that was probably meant; nothing where it is written in some other way, such as 1e3."""
    number = value.rstrip("kKim")
    known = number.lstrip("+").replace(".", "", 1).isdecimal() and value.removeprefix(number) in instead_of
    return f"did you mean '{number}{suffix}'?" if known else ""


def _pages(name: str, value: str, number: Decimal, path: Path) -> Iterator[Fault]:
    size = parse_quantity(name.removeprefix(_HUGE))
    if size <= 0 or number / size != (number / size).to_integral_value():
        yield Fault(path, value, f"must be a multiple of the page size, {name.removeprefix(_HUGE)}")


def resource_name_fault(name: str) -> str:
    """Return what keeps a text from being the name of a resource."""
    if "/" not in name:
        known = name in _STANDARD or (name.startswith(_HUGE) and not quantity_fault(name.removeprefix(_HUGE)))
        return "" if known else "is not a resource that Kubernetes knows"
    if reason := qualified_name_fault(name):
        return reason
    if "kubernetes.io/" in name:
        return ""
    if name.startswith("requests."):
        return "is not how an extended resource is named"
    return qualified_name_fault(f"requests.{name}")


def _against_each_other(
    part: Part, limits: dict[str, Decimal], requests: dict[str, Decimal], path: Path
) -> Iterator[Fault]:
    given = part.get("limits") or {}
    for name, request in requests.items():
        place: Path = ((path, "requests"), Key(name))
        whole = name.startswith(_HUGE) or ("/" in name and "kubernetes.io/" not in name)
        shown = part["requests"][name]
        if whole and name not in given:
            yield Fault(place, shown, "a device or huge page needs the same limit", "set the limit too")
        elif name in limits and request > limits[name]:
            yield Fault(place, shown, f"is more than the limit of {given[name]}")
        elif name in limits and whole and request != limits[name]:
            yield Fault(place, shown, f"must be equal to the limit of {given[name]}")
    names = {*limits, *requests, *given, *(part.get("requests") or {})}
    if any(name.startswith(_HUGE) for name in names) and not names & {"cpu", "memory"}:
        yield Fault(path, MISSING, "huge pages need cpu or memory as well")
