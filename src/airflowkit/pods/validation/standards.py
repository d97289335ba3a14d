"""Kubernetes' restricted Pod Security Standard, for pods that say they meet it.

The namespace enforces it by admission; here is what a pod of its own making could break.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.schema.faults import Fault, Path
from airflowkit.pods.validation.checks import Part, items

if TYPE_CHECKING:
    from collections.abc import Iterator

_VOLUMES: Final = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "name",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_SYSCTLS: Final = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
}
_REASON: Final = "breaks the restricted Pod Security Standard, which security='restricted' promises"


def restricted(pod: Part) -> Iterator[Fault]:
    """Return where a pod breaks the restricted standard."""
    spec = pod.get("spec") or {}
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield Fault(("spec", key), True, _REASON)
    context = spec.get("securityContext") or {}
    yield from _context(context, ("spec", "securityContext"))
    for sysctl, place in items(context, ("spec", "securityContext"), "sysctls"):
        if sysctl.get("name") not in _SYSCTLS:
            yield Fault((place, "name"), sysctl.get("name"), _REASON)
    for volume, place in items(spec, "spec", "volumes"):
        for kind in volume.keys() - _VOLUMES:
            yield Fault((place, kind), volume[kind], _REASON)
    for key in ("containers", "initContainers"):
        for container, place in items(spec, "spec", key):
            yield from _container(container, place)


def _container(container: Part, path: Path) -> Iterator[Fault]:
    context: dict[str, Any] = container.get("securityContext") or {}
    place = (path, "securityContext")
    yield from _context(context, place)
    for port, inside in items(container, path, "ports"):
        if port.get("hostPort"):
            yield Fault((inside, "hostPort"), port["hostPort"], _REASON)
    for key in ("privileged", "allowPrivilegeEscalation"):
        if context.get(key):
            yield Fault((place, key), True, _REASON)
    if context.get("procMount") not in (None, "Default"):
        yield Fault((place, "procMount"), context["procMount"], _REASON)
    capabilities = context.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or ()):
        yield Fault((place, "capabilities"), capabilities, f"does not drop ALL: it {_REASON}")
    for name in capabilities.get("add") or ():
        if name != "NET_BIND_SERVICE":
            yield Fault((place, "capabilities"), name, _REASON)


def _context(context: Part, path: Path) -> Iterator[Fault]:
    if context.get("runAsNonRoot") is False:
        yield Fault((path, "runAsNonRoot"), False, _REASON)
    if context.get("runAsUser") == 0:
        yield Fault((path, "runAsUser"), 0, _REASON)
    for key in ("seccompProfile", "appArmorProfile"):
        if (context.get(key) or {}).get("type") == "Unconfined":
            yield Fault((path, key), "Unconfined", _REASON)
