"""Volumes of particular storage systems, most of which CSI drivers have replaced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import Fault, Key, Path
from airflowkit.pods.schema.names import label_fault
from airflowkit.pods.validation.checks import (
    Part,
    exactly_one,
    inner,
    named,
    one_of,
    path_fault,
    required,
    text,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_IQN: Final = re.compile(
    r"iqn\.\d{4}-\d{2}\.([a-z0-9]+[a-z0-9.-]*[a-z0-9]|[a-z0-9]+)(:.+)?|eui\.[0-9A-Fa-f]{16}|naa\.[0-9A-Fa-f]{16,32}"
)
_BLOB: Final = re.compile(r"https://\w+\.blob\..*/.*\.vhd")


def _partitioned(source: Part, path: Path) -> Iterator[Fault]:
    yield from within(source, path, "partition", 0, 255)


def _git_repo(source: Part, path: Path) -> Iterator[Fault]:
    directory = text(source.get("directory"))
    if directory and (reason := path_fault(directory)):
        yield Fault((path, "directory"), directory, reason)


def _azure_disk(source: Part, path: Path) -> Iterator[Fault]:
    yield from one_of(source, path, "cachingMode", ("None", "ReadOnly", "ReadWrite"))
    yield from one_of(source, path, "kind", ("Shared", "Dedicated", "Managed"))
    uri = text(source.get("diskURI"))
    if not uri:
        return
    if source.get("kind") == "Managed":
        if not uri.startswith("/subscriptions/"):
            yield Fault((path, "diskURI"), uri, "must begin with /subscriptions/ for a managed disk")
    elif not _BLOB.match(uri):
        yield Fault((path, "diskURI"), uri, "must be https://ACCOUNT.blob.core.windows.net/CONTAINER/DISK.vhd")


def _iscsi(source: Part, path: Path) -> Iterator[Fault]:
    if source.get("lun") is None:
        yield Fault((path, "lun"), None, "is required")
    yield from within(source, path, "lun", 0, 255)
    iqn = text(source.get("iqn"))
    if iqn and not _IQN.fullmatch(iqn):
        yield Fault((path, "iqn"), iqn, "must be an iqn., eui. or naa. name")


def _fibre_channel(source: Part, path: Path) -> Iterator[Fault]:
    yield from exactly_one({key: source.get(key) or None for key in _FIBRES}, path, _FIBRES, "target")
    if source.get("targetWWNs"):
        if source.get("lun") is None:
            yield Fault((path, "lun"), None, "is required with targetWWNs")
        yield from within(source, path, "lun", 0, 255)


_FIBRES: Final = ("targetWWNs", "wwids")


def _flex(source: Part, path: Path) -> Iterator[Fault]:
    for name in source.get("options") or {}:
        domain = name.partition("/")[0]
        if "/" in name and f".{domain}".endswith((".kubernetes.io", ".k8s.io")):
            yield Fault(((path, "options"), Key(name)), name, "is reserved for Kubernetes")


def _flocker(source: Part, path: Path) -> Iterator[Fault]:
    given = {key: source.get(key) or None for key in ("datasetName", "datasetUUID")}
    yield from exactly_one(given, path, tuple(given), "dataset")
    if "/" in (text(source.get("datasetName")) or ""):
        yield Fault((path, "datasetName"), source["datasetName"], "must not contain '/'")


def _quobyte(source: Part, path: Path) -> Iterator[Fault]:
    registry = text(source.get("registry"))
    if registry and not all(re.fullmatch(r".*:.*", pair) for pair in registry.split(",")):
        yield Fault((path, "registry"), registry, "must be host:port, or several with commas between")


def _storageos(source: Part, path: Path) -> Iterator[Fault]:
    yield from named(source, path, "volumeName", label_fault)
    yield from named(source, path, "volumeNamespace", label_fault)
    for secret, place in inner(source, path, "secretRef"):
        yield from required(secret, place, "name")


LEGACY: Final[dict[str, Callable[[Part, Path], Iterator[Fault]]]] = {
    "awsElasticBlockStore": _partitioned,
    "azureDisk": _azure_disk,
    "fc": _fibre_channel,
    "flexVolume": _flex,
    "flocker": _flocker,
    "gcePersistentDisk": _partitioned,
    "gitRepo": _git_repo,
    "iscsi": _iscsi,
    "quobyte": _quobyte,
    "storageos": _storageos,
}
"""The rules of each, by the field of the volume."""
