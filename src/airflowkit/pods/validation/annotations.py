"""The annotations that Kubernetes itself reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import Fault, Key, Path
from airflowkit.pods.validation.checks import Part, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_SECCOMP: Final = ("seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/")


def known_annotations(pod: Part) -> Iterator[Fault]:
    """Return what is wrong with annotations that mean something to Kubernetes."""
    spec = pod.get("spec") or {}
    names = {c.get("name") for key in ("containers", "initContainers") for c in spec.get(key) or ()}
    for name, content in ((pod.get("metadata") or {}).get("annotations") or {}).items():
        value = text(content)
        if value is None or "kubernetes.io/" not in name:
            continue
        path: Path = (("metadata", "annotations"), Key(name))
        if name.startswith(_APPARMOR) and name.removeprefix(_APPARMOR) not in names:
            yield Fault(path, value, "the pod has no such container")
        elif reason := _fault(name, value, spec):
            yield Fault(path, value, reason)


def _fault(name: str, value: str, spec: Part) -> str:
    if name.startswith(_APPARMOR) and not _is_profile(value, ("runtime/default", "unconfined")):
        return "is not an AppArmor profile; write runtime/default or localhost/NAME"
    if name.startswith(_SECCOMP) and not _is_profile(value, ("runtime/default", "docker/default", "unconfined")):
        return "is not a seccomp profile; write runtime/default or localhost/NAME"
    if name == "controller.kubernetes.io/pod-deletion-cost" and not _is_int32(value):
        return "must be a 32-bit whole number"
    if name == "kubernetes.io/config.mirror" and not spec.get("nodeName"):
        return "marks a static pod, which only a node's kubelet makes"
    if name == "scheduler.alpha.kubernetes.io/tolerations" and not _is_json(value):
        return "must be JSON"
    return ""


def _is_profile(value: str, fixed: tuple[str, ...]) -> bool:
    return value in ("", *fixed) or (value.startswith("localhost/") and len(value) > len("localhost/"))


def _is_int32(value: str) -> bool:
    digits = value.removeprefix("-")
    return digits.isdecimal() and digits.isascii() and -(2**31) <= int(value) < 2**31 and str(int(value)) == value


def _is_json(value: str) -> bool:
    try:
        return isinstance(json.loads(value), list)
    except ValueError:
        return False
