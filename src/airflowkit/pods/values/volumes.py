"""Volumes with their mounts, one class per source: the mount comes with the volume.

A volume's name is made of its source's name, so that it is the same at every parse; two mounts of one source share it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

from airflowkit.pods.values.base import Attachable

if TYPE_CHECKING:
    from airflowkit.pods.values.base import Parts

_MOUNT: Mapping[str, str] = {"mountPath": "mount_path", "subPath": "sub_path", "readOnly": "read_only"}


@dataclass(frozen=True, slots=True)
class SecretVolume(Attachable):
    """A Kubernetes secret as read-only files.

    Args:
        mount_path: The folder in the container.
        secret: The secret's name.
        items: Which keys, and the file that each becomes: `{"tls.crt": "cert.pem"}`; all keys by default.
        sub_path: Only this file or folder of the volume.
        mode: The files' permissions, such as `0o400`.
        optional: Whether the pod may start without the secret.

    Examples:
        >>> SecretVolume("/etc/orders/tls", secret="orders-tls").mount_path
        '/etc/orders/tls'
    """

    FIELDS: ClassVar[Mapping[str, str]] = {
        **_MOUNT,
        "secretName": "secret",
        "items": "items",
        "defaultMode": "mode",
        "optional": "optional",
    }

    mount_path: str
    _: KW_ONLY
    secret: str
    items: Mapping[str, str] | Sequence[Any] | None = None
    sub_path: str | None = None
    mode: int | None = None
    optional: bool = False

    def build(self) -> Parts:
        """Return the manifest's part."""
        source = _given(secretName=self.secret, items=_items(self.items), defaultMode=self.mode)
        source |= {} if self.optional is False else {"optional": self.optional}
        return _volume(
            "secret", self.secret, {"secret": source}, _mount(self.mount_path, self.sub_path, read_only=True)
        )


@dataclass(frozen=True, slots=True)
class ConfigMapVolume(Attachable):
    """A config map as read-only files.

    Args:
        mount_path: The folder in the container.
        config_map: The config map's name.
        items: Which keys, and the file that each becomes; all keys by default.
        sub_path: Only this file or folder of the volume.
        mode: The files' permissions, such as `0o444`.
        optional: Whether the pod may start without the config map.

    Examples:
        >>> ConfigMapVolume("/etc/orders", config_map="orders").config_map
        'orders'
    """

    FIELDS: ClassVar[Mapping[str, str]] = {
        **_MOUNT,
        "configMap.name": "config_map",
        "items": "items",
        "defaultMode": "mode",
        "optional": "optional",
    }

    mount_path: str
    _: KW_ONLY
    config_map: str
    items: Mapping[str, str] | Sequence[Any] | None = None
    sub_path: str | None = None
    mode: int | None = None
    optional: bool = False

    def build(self) -> Parts:
        """Return the manifest's part."""
        source = _given(name=self.config_map, items=_items(self.items), defaultMode=self.mode)
        source |= {} if self.optional is False else {"optional": self.optional}
        mount = _mount(self.mount_path, self.sub_path, read_only=True)
        return _volume("config", self.config_map, {"configMap": source}, mount)


@dataclass(frozen=True, slots=True)
class ClaimVolume(Attachable):
    """A persistent volume claim.

    Args:
        mount_path: The folder in the container.
        claim: The claim's name.
        sub_path: Only this folder of the volume.
        read_only: Whether the container may not write.

    Examples:
        >>> ClaimVolume("/data", claim="airflow-data").claim
        'airflow-data'
    """

    FIELDS: ClassVar[Mapping[str, str]] = {**_MOUNT, "claimName": "claim"}

    mount_path: str
    _: KW_ONLY
    claim: str
    sub_path: str | None = None
    read_only: bool = False

    def build(self) -> Parts:
        """Return the manifest's part."""
        mount = _mount(self.mount_path, self.sub_path, read_only=self.read_only)
        return _volume("claim", self.claim, {"persistentVolumeClaim": {"claimName": self.claim}}, mount)


@dataclass(frozen=True, slots=True)
class EmptyDirVolume(Attachable):
    """A folder that is empty when the pod starts, and gone when it ends.

    Args:
        mount_path: The folder in the container.
        size_limit: Such as `2Gi`; a pod that writes more is evicted.
        medium: `Memory` for a file system in memory, which counts towards the memory limit.

    Examples:
        >>> EmptyDirVolume("/scratch", size_limit="2Gi").size_limit
        '2Gi'
    """

    FIELDS: ClassVar[Mapping[str, str]] = {**_MOUNT, "sizeLimit": "size_limit", "medium": "medium"}

    mount_path: str
    _: KW_ONLY
    size_limit: str | None = None
    medium: str | None = None

    def build(self) -> Parts:
        """Return the manifest's part."""
        source = _given(sizeLimit=self.size_limit, medium=self.medium)
        mount = _mount(self.mount_path, None, read_only=False)
        return _volume("scratch", self.mount_path, {"emptyDir": source}, mount)


def volume_name(kind: str, source: object) -> str:
    """Return a volume's name for a source: valid, stable, and different for different sources.

    Examples:
        >>> volume_name("secret", "orders-tls")
        'secret-orders-tls'
    """
    plain = f"{kind}-{source}"
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if name == plain and len(name) <= 63:  # noqa: PLR2004  the length of a DNS label
        return name
    return f"{name[:54].rstrip('-')}-{sha256(plain.encode()).hexdigest()[:8]}"


def _volume(kind: str, name: object, source: dict[str, Any], mount: dict[str, Any]) -> Parts:
    called = volume_name(kind, name)
    return {"volumes": [{"name": called, **source}], "volumeMounts": [{"name": called, **mount}]}


def _mount(mount_path: str, sub_path: str | None, *, read_only: bool) -> dict[str, Any]:
    return _given(mountPath=mount_path, subPath=sub_path, readOnly=None if read_only is False else read_only)


def _items(items: Any) -> Any:
    if isinstance(items, Mapping):
        return [{"key": key, "path": path} for key, path in items.items()]
    if isinstance(items, (list, tuple)):
        return [{"key": item, "path": item} if isinstance(item, str) else item for item in items]
    return items  # the decoder refuses it, with its place


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
