"""Security contexts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import Fault, Path
from airflowkit.pods.validation.checks import Part, inner, items, one_of, path_fault, required, text, unique, within

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST: Final = 2**31 - 1
_PROFILES: Final = ("RuntimeDefault", "Localhost", "Unconfined")
_SYSCTL: Final = re.compile(r"[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*")


def pod_security(spec: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with the pod's security context."""
    for context, place in inner(spec, path, "securityContext"):
        yield from _identity(context, place)
        yield from within(context, place, "fsGroup", 0, _MOST)
        for index, group in enumerate(context.get("supplementalGroups") or ()):
            if not 0 <= group <= _MOST:
                yield Fault(((place, "supplementalGroups"), index), group, f"must be from 0 to {_MOST}")
        yield from one_of(context, place, "fsGroupChangePolicy", ("OnRootMismatch", "Always"))
        yield from one_of(context, place, "supplementalGroupsPolicy", ("Merge", "Strict"))
        yield from one_of(context, place, "seLinuxChangePolicy", ("MountOption", "Recursive"))
        yield from _sysctls(context, place, spec)
        yield from _windows(context, place, spec)


def container_security(container: Part, path: Path, spec: Part) -> Iterator[Fault]:
    """Return what is wrong with a container's security context."""
    for context, place in inner(container, path, "securityContext"):
        yield from _identity(context, place)
        yield from _windows(context, place, spec)
        if context.get("procMount") == "Unmasked" and spec.get("hostUsers") is not False:
            yield Fault((place, "procMount"), "Unmasked", "needs hostUsers=False")
        yield from one_of(context, place, "procMount", ("Default", "Unmasked"))
        if context.get("allowPrivilegeEscalation") is False:
            if context.get("privileged"):
                yield Fault((place, "allowPrivilegeEscalation"), False, "cannot be False for a privileged container")
            added = (context.get("capabilities") or {}).get("add") or ()
            if "CAP_SYS_ADMIN" in added:
                yield Fault((place, "allowPrivilegeEscalation"), False, "cannot be False with CAP_SYS_ADMIN")


def _identity(context: Part, path: Path) -> Iterator[Fault]:
    yield from within(context, path, "runAsUser", 0, _MOST)
    yield from within(context, path, "runAsGroup", 0, _MOST)
    if context.get("runAsNonRoot") and context.get("runAsUser") == 0:
        yield Fault((path, "runAsUser"), 0, "is root, but runAsNonRoot is set: the container would not start")
    for key in ("seccompProfile", "appArmorProfile"):
        for profile, place in inner(context, path, key):
            yield from required(profile, place, "type")
            yield from one_of(profile, place, "type", _PROFILES)
            yield from _local_profile(profile, place)


def _local_profile(profile: Part, path: Path) -> Iterator[Fault]:
    name = profile.get("localhostProfile")
    if profile.get("type") == "Localhost":
        yield from required(profile, path, "localhostProfile")
        if (known := text(name)) and (reason := path_fault(known)):
            yield Fault((path, "localhostProfile"), name, reason)
        elif known and (known != known.strip() or len(known) > 4095):
            yield Fault((path, "localhostProfile"), name, "must be at most 4095 characters, without surrounding spaces")
    elif name is not None:
        yield Fault((path, "localhostProfile"), name, "is allowed only with type Localhost")


def _windows(context: Part, path: Path, spec: Part) -> Iterator[Fault]:
    for options, place in inner(context, path, "windowsOptions"):
        if options.get("runAsUserName") == "":
            yield Fault((place, "runAsUserName"), "", "must not be empty")
        if options.get("hostProcess") and not spec.get("hostNetwork"):
            yield Fault((place, "hostProcess"), True, "needs hostNetwork")


def _sysctls(context: Part, path: Path, spec: Part) -> Iterator[Fault]:
    found = list(items(context, path, "sysctls"))
    for sysctl, place in found:
        yield from required(sysctl, place, "name", "value")
        name = text(sysctl.get("name"))
        if name and (len(name) > 253 or not _SYSCTL.fullmatch(name)):
            yield Fault((place, "name"), name, "is not the name of a sysctl")
        elif name and spec.get("hostNetwork") and re.match(r"net[./]", name):
            yield Fault((place, "name"), name, "must not be set with hostNetwork")
        elif name and spec.get("hostIPC") and re.match(r"(kernel[./](shm|msg|sem))|fs[./]mqueue[./]", name):
            yield Fault((place, "name"), name, "must not be set with hostIPC")
    yield from unique((((place, "name"), sysctl.get("name")) for sysctl, place in found), "is set twice")
