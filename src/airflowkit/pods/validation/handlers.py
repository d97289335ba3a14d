"""Probes and lifecycle hooks, and the actions that both are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.schema.faults import Fault, Path
from airflowkit.pods.schema.names import header_fault, port_name_fault
from airflowkit.pods.validation.checks import Part, exactly_one, inner, items, named, one_of, required, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.schema.versions import Version

_PROBED: Final = ("exec", "httpGet", "tcpSocket", "grpc")
_HOOKED: Final = ("exec", "httpGet", "tcpSocket", "sleep")
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_COUNTS: Final = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")


def probes(container: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with a container's probes."""
    for key in _PROBES:
        for probe, place in inner(container, path, key):
            yield from exactly_one(probe, place, _PROBED, "action")
            yield from action(probe, place)
            for count in _COUNTS:
                yield from within(probe, place, count, 0)
            if key != "readinessProbe" and probe.get("successThreshold", 1) not in (0, 1):
                yield Fault((place, "successThreshold"), probe["successThreshold"], "must be 1 for this probe")
            yield from within(probe, place, "terminationGracePeriodSeconds", 1)
            if key == "readinessProbe" and probe.get("terminationGracePeriodSeconds") is not None:
                value = probe["terminationGracePeriodSeconds"]
                yield Fault((place, "terminationGracePeriodSeconds"), value, "must not be set for a readiness probe")


def lifecycle(container: Part, path: Path, grace: Any, version: Version) -> Iterator[Fault]:
    """Return what is wrong with what runs when a container starts and stops."""
    for hooks, place in inner(container, path, "lifecycle"):
        for key in ("postStart", "preStop"):
            for hook, inside in inner(hooks, place, key):
                yield from exactly_one(hook, inside, _HOOKED, "action")
                yield from action(hook, inside)
                for sleep, deep in inner(hook, inside, "sleep"):
                    longest = grace if isinstance(grace, int) else 30
                    yield from within(sleep, deep, "seconds", 0 if version >= (1, 33) else 1, max(longest, 1))
                    if sleep.get("seconds") is None:
                        yield Fault((deep, "seconds"), None, "is required")


def action(holder: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with what a probe or a hook does."""
    for command, place in inner(holder, path, "exec"):
        yield from required(command, place, "command")
    for request, place in inner(holder, path, "httpGet"):
        yield from _port(request, place)
        yield from one_of(request, place, "scheme", ("HTTP", "HTTPS"))
        for header, inside in items(request, place, "httpHeaders"):
            yield from required(header, inside, "name")
            if header.get("value") is None:
                yield Fault((inside, "value"), None, "is required", "write ''")
            yield from named(header, inside, "name", header_fault)
    for connection, place in inner(holder, path, "tcpSocket"):
        yield from _port(connection, place)
    for call, place in inner(holder, path, "grpc"):
        yield from required(call, place, "port")
        yield from within(call, place, "port", 1, 65535)


def _port(holder: Part, path: Path) -> Iterator[Fault]:
    if holder.get("port") in (None, ""):
        yield Fault((path, "port"), holder.get("port"), "is required")
    yield from within(holder, path, "port", 1, 65535)
    yield from named(holder, path, "port", port_name_fault)
