"""Volume mounts and devices of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.errors import did_you_mean
from airflowkit.pods.schema.faults import Fault, Path
from airflowkit.pods.validation.checks import Part, items, one_of, path_fault, required, text, unique

if TYPE_CHECKING:
    from collections.abc import Iterator


def mounts(container: Part, path: Path, spec: Part) -> Iterator[Fault]:
    """Return what is wrong with where a container's volumes are mounted."""
    volumes = {volume.get("name") for volume in spec.get("volumes") or ()}
    found = list(items(container, path, "volumeMounts"))
    for mount, place in found:
        yield from required(mount, place, "name", "mountPath")
        yield from _volume(mount, place, volumes)
        yield from _mount_path(mount, place, spec)
        yield from _sub_path(mount, place)
        yield from _modes(mount, place, container)
    paths = (((place, "mountPath"), _folder(mount.get("mountPath"))) for mount, place in found)
    yield from unique(paths, "is mounted twice")
    yield from _devices(container, path, spec, {mount.get("name") for mount, _ in found})


def _folder(path: Any) -> Any:
    return path.rstrip("/") or "/" if isinstance(path, str) and path else path


def _devices(container: Part, path: Path, spec: Part, mounted: set[str]) -> Iterator[Fault]:
    volumes = {volume.get("name"): volume for volume in spec.get("volumes") or ()}
    found = list(items(container, path, "volumeDevices"))
    for device, place in found:
        yield from required(device, place, "name", "devicePath")
        yield from _volume(device, place, set(volumes))
        name, target = device.get("name"), text(device.get("devicePath"))
        if name in mounted:
            yield Fault((place, "name"), name, "is also mounted as a folder")
        elif name in volumes and not volumes[name].keys() & {"persistentVolumeClaim", "ephemeral"}:
            yield Fault((place, "name"), name, "must be a persistent volume claim: no other volume is a device")
        if target and ".." in target.split("/"):
            yield Fault((place, "devicePath"), target, "must not contain '..'")
    for key in ("name", "devicePath"):
        yield from unique((((place, key), device.get(key)) for device, place in found), "is listed twice")


def _volume(mount: Part, path: Path, volumes: set[str]) -> Iterator[Fault]:
    name = text(mount.get("name"))
    if name and name not in volumes and all(text(volume) is not None for volume in volumes):
        known = ", ".join(sorted(volumes)) or "none"
        hint = did_you_mean(name, volumes) or f"its volumes: {known}"
        yield Fault((path, "name"), name, "the pod has no such volume", hint)


def _mount_path(mount: Part, path: Path, spec: Part) -> Iterator[Fault]:
    value = text(mount.get("mountPath"))
    if not value:
        return
    if (spec.get("os") or {}).get("name") == "windows":
        return
    if ":" in value:
        yield Fault((path, "mountPath"), value, "must not contain ':'")
    elif not value.startswith("/"):
        yield Fault((path, "mountPath"), value, "must be an absolute path", f"write '/{value}'")


def _sub_path(mount: Part, path: Path) -> Iterator[Fault]:
    for key in ("subPath", "subPathExpr"):
        value = text(mount.get(key))
        if value and (reason := path_fault(value)):
            yield Fault((path, key), value, reason)
    if mount.get("subPath") and mount.get("subPathExpr"):
        yield Fault(
            (path, "subPathExpr"), mount["subPathExpr"], "cannot be combined with subPath", "give only one of the two"
        )


def _modes(mount: Part, path: Path, container: Part) -> Iterator[Fault]:
    if mount.get("mountPropagation") == "":
        yield Fault((path, "mountPropagation"), "", "must not be empty", "leave it out")
    yield from one_of(mount, path, "mountPropagation", ("None", "HostToContainer", "Bidirectional"))
    privileged = (container.get("securityContext") or {}).get("privileged")
    if mount.get("mountPropagation") == "Bidirectional" and not privileged:
        yield Fault((path, "mountPropagation"), "Bidirectional", "needs a privileged container")
    yield from one_of(mount, path, "recursiveReadOnly", ("Disabled", "IfPossible", "Enabled"))
    recursive = mount.get("recursiveReadOnly")
    if recursive in ("IfPossible", "Enabled"):
        if not mount.get("readOnly"):
            yield Fault((path, "recursiveReadOnly"), recursive, "needs readOnly")
        if mount.get("mountPropagation") not in (None, "None"):
            yield Fault((path, "recursiveReadOnly"), recursive, "is allowed only without mount propagation")
