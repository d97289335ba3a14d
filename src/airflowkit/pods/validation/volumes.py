"""Volumes and their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.schema.faults import MISSING, Fault, Path
from airflowkit.pods.schema.models import slots
from airflowkit.pods.schema.names import label_fault, subdomain_fault
from airflowkit.pods.schema.quantities import parse_quantity, quantity_fault
from airflowkit.pods.validation.checks import (
    Part,
    exactly_one,
    inner,
    items,
    named,
    one_of,
    path_fault,
    required,
    text,
    unique,
    within,
)
from airflowkit.pods.validation.containers import PULL_POLICIES, image_faults
from airflowkit.pods.validation.environment import field_reference, reference_faults, resource_reference
from airflowkit.pods.validation.legacy_volumes import LEGACY
from airflowkit.pods.validation.metadata import labels
from airflowkit.pods.validation.selectors import label_selector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SOURCES: Final = tuple(sorted(field.key for field in slots("V1Volume") if field.key != "name"))
_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "awsElasticBlockStore": ("volumeID",),
    "azureDisk": ("diskName", "diskURI"),
    "azureFile": ("secretName", "shareName"),
    "cephfs": ("monitors",),
    "cinder": ("volumeID",),
    "csi": ("driver",),
    "fc": (),
    "flexVolume": ("driver",),
    "gcePersistentDisk": ("pdName",),
    "gitRepo": ("repository",),
    "glusterfs": ("endpoints", "path"),
    "hostPath": ("path",),
    "image": ("reference",),
    "iscsi": ("targetPortal", "iqn"),
    "nfs": ("server", "path"),
    "persistentVolumeClaim": ("claimName",),
    "photonPersistentDisk": ("pdID",),
    "portworxVolume": ("volumeID",),
    "quobyte": ("registry", "volume"),
    "rbd": ("monitors", "image"),
    "scaleIO": ("gateway", "system", "volumeName", "secretRef"),
    "secret": ("secretName",),
    "storageos": ("volumeName",),
    "vsphereVolume": ("volumePath",),
}
_HOST_TYPES: Final = (
    "",
    "DirectoryOrCreate",
    "Directory",
    "FileOrCreate",
    "File",
    "Socket",
    "CharDevice",
    "BlockDevice",
)
_PROJECTED: Final = (
    "secret",
    "configMap",
    "downwardAPI",
    "serviceAccountToken",
    "clusterTrustBundle",
    "podCertificate",
)
_ACCESS_MODES: Final = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")


def volumes(spec: Part, path: Path) -> Iterator[Fault]:
    """Return what is wrong with a pod's volumes."""
    found = list(items(spec, path, "volumes"))
    for volume, place in found:
        yield from required(volume, place, "name")
        yield from named(volume, place, "name", label_fault)
        yield from exactly_one(volume, place, _SOURCES, "source")
        for key in volume:
            for source, inside in inner(volume, place, key):
                yield from required(source, inside, *_REQUIRED.get(key, ()))
                rule = _RULES.get(key) or LEGACY.get(key)
                if rule:
                    yield from rule(source, inside)
    yield from unique((((place, "name"), volume.get("name")) for volume, place in found), "is another volume's name")


def _secret(source: Part, path: Path) -> Iterator[Fault]:
    yield from named(source, path, "secretName", subdomain_fault)
    yield from _files(source, path)


def _config_map(source: Part, path: Path) -> Iterator[Fault]:
    yield from reference_faults(source, path)
    yield from _files(source, path)


def _claim(source: Part, path: Path) -> Iterator[Fault]:
    yield from named(source, path, "claimName", subdomain_fault)


def _host_path(source: Part, path: Path) -> Iterator[Fault]:
    yield from one_of(source, path, "type", _HOST_TYPES)
    if ".." in (text(source.get("path")) or "").split("/"):
        yield Fault((path, "path"), source["path"], "must not contain '..'")


def _nfs(source: Part, path: Path) -> Iterator[Fault]:
    if not (text(source.get("path")) or "/").startswith("/"):
        yield Fault((path, "path"), source["path"], "must be an absolute path")


def _downward_api(source: Part, path: Path) -> Iterator[Fault]:
    yield from _mode(source, path, "defaultMode")
    yield from _downward(source, path)


def _image(source: Part, path: Path) -> Iterator[Fault]:
    yield from image_faults(source, path, "reference")
    yield from one_of(source, path, "pullPolicy", PULL_POLICIES)


def _driver_fault(name: str) -> str:
    return "is longer than 63 characters" if len(name) > 63 else subdomain_fault(name.lower())


def _csi(source: Part, path: Path) -> Iterator[Fault]:
    yield from named(source, path, "driver", _driver_fault)
    for secret, place in inner(source, path, "nodePublishSecretRef"):
        yield from reference_faults(secret, place)


def _mode(part: Part, path: Path, key: str) -> Iterator[Fault]:
    value = part.get(key)
    if isinstance(value, int) and not 0 <= value <= 0o777:
        guess = f"did you mean 0o{value}?" if str(value).strip("01234567") == "" and len(str(value)) == 3 else ""
        yield Fault((path, key), value, "must be from 0 to 0o777", guess)


def _files(source: Part, path: Path) -> Iterator[Fault]:
    yield from _mode(source, path, "defaultMode")
    for item, place in items(source, path, "items"):
        yield from required(item, place, "key", "path")
        yield from _file(item, place)
    paths = (((place, "path"), item.get("path")) for item, place in items(source, path, "items"))
    yield from unique(paths, "is another key's file")


def _file(item: Part, path: Path) -> Iterator[Fault]:
    value = text(item.get("path"))
    if value and (reason := path_fault(value)):
        yield Fault((path, "path"), value, reason)
    elif value and value.startswith(".."):
        yield Fault((path, "path"), value, "must not begin with '..'")
    yield from _mode(item, path, "mode")


def _empty_dir(source: Part, path: Path) -> Iterator[Fault]:
    medium, size = text(source.get("medium")), text(source.get("sizeLimit"))
    if medium and medium != "Memory" and not medium.startswith("HugePages"):
        yield Fault((path, "medium"), medium, "must be empty or Memory", "did you mean 'Memory'?")
    if size is None:
        return
    if reason := quantity_fault(size):
        yield Fault((path, "sizeLimit"), size, reason)
    elif parse_quantity(size) < 0:
        yield Fault((path, "sizeLimit"), size, "must not be negative")
    elif parse_quantity(size) != parse_quantity(size).to_integral_value():
        yield Fault((path, "sizeLimit"), size, "is a fraction of a byte", f"did you mean '{size[:-1]}Mi'?")
    elif 0 < parse_quantity(size) < 1024:
        yield Fault((path, "sizeLimit"), size, "is a limit of a few bytes", f"did you mean '{size}Gi'?")


def _downward(source: Part, path: Path) -> Iterator[Fault]:
    for item, place in items(source, path, "items"):
        yield from required(item, place, "path")
        yield from _file(item, place)
        yield from exactly_one(item, place, ("fieldRef", "resourceFieldRef"), "source")
        for field, inside in inner(item, place, "fieldRef"):
            yield from field_reference(field, inside)
        for amount, inside in inner(item, place, "resourceFieldRef"):
            yield from required(amount, inside, "containerName")
            yield from resource_reference(amount, inside)


def _projected(source: Part, path: Path) -> Iterator[Fault]:
    yield from _mode(source, path, "defaultMode")
    yield from unique(_projected_files(source, path), "is the file of another source")
    for part, place in items(source, path, "sources"):
        yield from exactly_one(part, place, _PROJECTED, "source")
        for key in ("secret", "configMap"):
            for reference, inside in inner(part, place, key):
                yield from reference_faults(reference, inside)
                yield from _files(reference, inside)
        for downward, inside in inner(part, place, "downwardAPI"):
            yield from _downward(downward, inside)
        for token, inside in inner(part, place, "serviceAccountToken"):
            yield from required(token, inside, "path")
            yield from _file(token, inside)
            yield from within(token, inside, "expirationSeconds", 600, 2**32)


def _projected_files(source: Part, path: Path) -> Iterator[tuple[Path, str | None]]:
    for part, place in items(source, path, "sources"):
        for key in ("secret", "configMap", "downwardAPI"):
            for reference, inside in inner(part, place, key):
                for item, deep in items(reference, inside, "items"):
                    yield (deep, "path"), item.get("path")
        for token, inside in inner(part, place, "serviceAccountToken"):
            yield (inside, "path"), token.get("path")


def _ephemeral(source: Part, path: Path) -> Iterator[Fault]:
    template: Any = source.get("volumeClaimTemplate")
    if not isinstance(template, dict):
        yield Fault((path, "volumeClaimTemplate"), MISSING, "is required")
        return
    for metadata, place in inner(template, (path, "volumeClaimTemplate"), "metadata"):
        yield from labels(metadata, place, "labels")
        for key in metadata:
            if key not in ("labels", "annotations"):
                yield Fault((place, key), metadata[key], "must not be set: the claim is named after the pod")
    claim = template.get("spec") or {}
    where: Path = ((path, "volumeClaimTemplate"), "spec")
    yield from required(claim, where, "accessModes")
    yield from named(claim, where, "storageClassName", subdomain_fault)
    yield from label_selector(claim, where, "selector")
    modes = claim.get("accessModes") or ()
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        yield Fault((where, "accessModes"), modes, "ReadWriteOncePod cannot be combined with other modes")
    for index, mode in enumerate(claim.get("accessModes") or ()):
        if mode not in _ACCESS_MODES:
            yield Fault(((where, "accessModes"), index), mode, f"must be one of {', '.join(_ACCESS_MODES)}")
    yield from one_of(claim, where, "volumeMode", ("Filesystem", "Block"))
    amounts = claim.get("resources") or {}
    inside: Path = ((where, "resources"), "requests")
    yield from required(amounts.get("requests") or {}, inside, "storage")
    size = text((amounts.get("requests") or {}).get("storage"))
    if size and (reason := quantity_fault(size)):
        yield Fault((inside, "storage"), size, reason)
    elif size and parse_quantity(size) <= 0:
        yield Fault((inside, "storage"), size, "must be greater than zero")


_RULES: Final[dict[str, Callable[[Part, Path], Iterator[Fault]]]] = {
    "configMap": _config_map,
    "csi": _csi,
    "downwardAPI": _downward_api,
    "emptyDir": _empty_dir,
    "ephemeral": _ephemeral,
    "hostPath": _host_path,
    "image": _image,
    "nfs": _nfs,
    "persistentVolumeClaim": _claim,
    "projected": _projected,
    "secret": _secret,
}
