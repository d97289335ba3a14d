"""What concerns the pod as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflowkit.pods.schema.faults import MISSING, Fault, Path
from airflowkit.pods.schema.names import qualified_name_fault, subdomain_fault
from airflowkit.pods.validation.checks import Part, items, named, one_of, required, within

if TYPE_CHECKING:
    from collections.abc import Iterator


def podwide(spec: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with a pod as a whole."""
    for key in ("serviceAccountName", "serviceAccount", "priorityClassName", "runtimeClassName", "schedulerName"):
        yield from named(spec, path, key, subdomain_fault)
    for secret, place in items(spec, path, "imagePullSecrets"):
        yield from required(secret, place, "name")
        yield from named(secret, place, "name", subdomain_fault)
    yield from one_of(spec, path, "restartPolicy", ("Always", "OnFailure", "Never"))
    yield from within(spec, path, "activeDeadlineSeconds", 1, 2**31 - 1)
    if (grace := spec.get("terminationGracePeriodSeconds")) is not None and isinstance(grace, int) and grace < 0:
        yield Fault((path, "terminationGracePeriodSeconds"), grace, "is negative and would be treated as 1")
    for gate, place in items(spec, path, "readinessGates"):
        yield from required(gate, place, "conditionType")
        yield from named(gate, place, "conditionType", qualified_name_fault)
    yield from _priority(spec, path)
    yield from _host(spec, path)
    if spec.get("ephemeralContainers"):
        yield Fault((path, "ephemeralContainers"), MISSING, "cannot be set when a pod is created")
    if spec.get("overhead") is not None and not spec.get("runtimeClassName"):
        yield Fault((path, "overhead"), spec["overhead"], "is set by the runtime class", "leave it out")


def _priority(spec: Part, path: Path) -> Iterator[Fault]:
    if spec.get("priority"):
        yield Fault((path, "priority"), spec["priority"], "is set by the priority class", "set priorityClassName")
    yield from one_of(spec, path, "preemptionPolicy", ("PreemptLowerPriority", "Never"))
    if spec.get("preemptionPolicy") == "Never" and not spec.get("priorityClassName"):
        yield Fault((path, "preemptionPolicy"), "Never", "is set by the priority class", "set priorityClassName")


def _host(spec: Part, path: Path) -> Iterator[Fault]:
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        yield Fault((path, "shareProcessNamespace"), True, "cannot be combined with hostPID")
    if spec.get("hostUsers") is False:
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if spec.get(key):
                yield Fault((path, key), True, "cannot be combined with hostUsers=False")
    if isinstance(spec.get("os"), dict):
        yield from required(spec["os"], (path, "os"), "name")
        yield from one_of(spec["os"], (path, "os"), "name", ("linux", "windows"))
