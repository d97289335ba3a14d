"""Adds the parts of a value class to a pod of the Kubernetes client."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from airflowkit.pods.shapes import PARTS, to_model

if TYPE_CHECKING:
    from airflowkit.pods.env import Parts


def attach(pod: Any, parts: Parts) -> Any:
    """Return a copy of a pod with parts added: variables and mounts to its first container, volumes to the pod."""
    twin = copy.deepcopy(pod)
    for part, contents in parts.items():
        model, attribute = PARTS[part]
        holder = twin.spec if part == "volumes" else twin.spec.containers[0]
        present = getattr(holder, attribute) or []
        names = {volume.name for volume in present} if part == "volumes" else set()
        added = [to_model(content, model) for content in contents if content.get("name") not in names]
        setattr(holder, attribute, [*present, *added])
    return twin
