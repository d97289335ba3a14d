"""A pod's volumes as folders on this computer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from airflowkit.local.kubelet.downward_api import field_value, resource_value
from airflowkit.local.kubelet.environment import expand
from airflowkit.local.kubelet.objects import Kind, LocalObjects, MissingObject
from airflowkit.local.runtimes.protocol import Mount

Json = Mapping[str, Any]

_ALWAYS_READ_ONLY: Final = frozenset({"secret", "configMap", "projected", "downwardAPI"})
_OF_THE_POD: Final = frozenset({"emptyDir", "ephemeral"})


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume of a pod.

    Attributes:
        folder: Its folder on this computer.
        read_only: Whether its kind or its source is read-only.
    """

    folder: Path
    read_only: bool


class VolumeFolders:
    """The folders of a run's volumes.

    Args:
        scratch: The run's scratch folder; all pods share one folder below it for a claim.
        objects: Where Secrets and ConfigMaps come from.
    """

    def __init__(self, scratch: Path, objects: LocalObjects) -> None:
        self._scratch = scratch
        self._objects = objects

    def prepare(self, pod: Json) -> dict[str, Volume]:
        """Create the folders of a pod's volumes, and fill those that have content.

        Raises:
            MissingObject: A Secret, ConfigMap or key is missing and not optional.
        """
        return {volume["name"]: self._prepared(volume, pod) for volume in pod["spec"].get("volumes") or ()}

    def pod_folder(self, pod: Json) -> Path:
        """Return a pod's own folder."""
        return self._scratch / "pods" / str(pod["metadata"]["uid"])

    def _prepared(self, volume: Json, pod: Json) -> Volume:
        kind = next((key for key in volume if key != "name"), "emptyDir")
        source = volume.get(kind) or {}
        if kind == "hostPath":
            return Volume(_on_host(source, volume["name"]), read_only=False)
        folder = self._folder(kind, source, volume["name"], pod)
        folder.mkdir(parents=True, exist_ok=True)
        if kind in _ALWAYS_READ_ONLY:
            for path, content, mode in self._files(kind, source, pod, volume["name"]):
                _write(folder, path, content, mode)
        return Volume(folder, read_only=kind in _ALWAYS_READ_ONLY or bool(source.get("readOnly")))

    def _folder(self, kind: str, source: Json, name: str, pod: Json) -> Path:
        """Return a volume's folder; all pods that use a claim or a share (nfs, csi, azureFile, ...) have the same."""
        if kind in _ALWAYS_READ_ONLY or kind in _OF_THE_POD:
            return self.pod_folder(pod) / "volumes" / name
        if kind == "persistentVolumeClaim":
            return self._scratch / "claims" / str(pod["metadata"]["namespace"]) / str(source["claimName"])
        digest = hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()[:16]
        return self._scratch / "shares" / f"{kind}-{digest}"

    def _files(self, kind: str, source: Json, pod: Json, volume: str) -> Iterator[tuple[str, str, int]]:
        default = source.get("defaultMode", 0o644)
        if kind == "projected":
            for part in source.get("sources") or ():
                ((part_kind, inner),) = part.items()
                yield from self._files(part_kind, {"defaultMode": default, **inner}, pod, volume)
        elif kind == "downwardAPI":
            for item in source.get("items") or ():
                yield item["path"], _of_pod(item, pod), item.get("mode", default)
        elif kind == "serviceAccountToken":
            yield source["path"], "no token: this is a local run", default
        else:
            yield from self._object_files("Secret" if kind == "secret" else "ConfigMap", source, default)

    def _object_files(self, kind: Kind, source: Json, default: int) -> Iterator[tuple[str, str, int]]:
        name = source.get("secretName") or source.get("name") or ""
        try:
            data = self._objects.data(kind, name)
        except MissingObject:
            if source.get("optional"):
                return
            raise
        items = source.get("items") or [{"key": key, "path": key} for key in data]
        for item in items:
            if item["key"] in data:
                yield item["path"], data[item["key"]], item.get("mode", default)
            elif not source.get("optional"):
                hint = f"add it to {self._objects.path}"
                raise MissingObject(f"references non-existent {kind.lower()} key: {item['key']} ({hint})")


def mounts(container: Json, volumes: Mapping[str, Volume], variables: Mapping[str, str]) -> tuple[Mount, ...]:
    """Return a container's mounts, with `subPath` and `subPathExpr` resolved.

    Raises:
        MissingObject: A mount refers to a volume that the pod does not have.
    """
    return tuple(_mount(mount, volumes, variables) for mount in container.get("volumeMounts") or ())


def _mount(mount: Json, volumes: Mapping[str, Volume], variables: Mapping[str, str]) -> Mount:
    if mount["name"] not in volumes:
        raise MissingObject(f'volume "{mount["name"]}" not found')
    volume = volumes[mount["name"]]
    inside = mount.get("subPath") or expand(mount.get("subPathExpr") or "", variables)
    source = (volume.folder / inside).resolve()
    if not source.is_relative_to(volume.folder.resolve()):
        raise MissingObject(f'subPath "{inside}" leads out of volume "{mount["name"]}"')
    if not source.exists():
        source.mkdir(parents=True)
    return Mount(source, mount["mountPath"], read_only=volume.read_only or bool(mount.get("readOnly")))


def _of_pod(item: Json, pod: Json) -> str:
    if reference := item.get("resourceFieldRef"):
        return resource_value({}, pod, reference)
    return field_value(pod, item.get("fieldRef", {}).get("fieldPath", ""))


def _on_host(source: Json, volume: str) -> Path:
    path, kind = Path(source["path"]), source.get("type") or ""
    if kind == "DirectoryOrCreate":
        path.mkdir(parents=True, exist_ok=True)
    elif kind == "FileOrCreate":
        path.touch()
    if not path.exists():
        raise MissingObject(f'MountVolume.SetUp failed for volume "{volume}" : hostPath {path} does not exist')
    return path


def _write(folder: Path, path: str, content: str, mode: int) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(content, encoding="utf-8")
    file.chmod(mode)
