"""What the value classes share: parts of a manifest, which a plain operator's pod takes as well."""

from __future__ import annotations

import copy
from typing import Any

Parts = dict[str, list[dict[str, Any]]]
"""What a value class adds to a pod: lists under `env`, `envFrom`, `volumes`, `volumeMounts`."""


class Attachable:
    """What adds parts to a pod; the plain operator's `secrets` takes it too, as it takes Airflow's own `Secret`."""

    __slots__ = ()

    def build(self) -> Parts:
        """Return the manifest's part."""
        raise NotImplementedError

    def attach_to_pod(self, pod: Any) -> Any:
        """Return a copy of a Kubernetes client's pod with the parts added to its first container, volumes to itself."""
        from airflowkit.pods.schema.models import PARTS, to_model  # noqa: PLC0415  only a plain operator needs the client

        clone = copy.deepcopy(pod)
        for part, contents in self.build().items():
            model, attribute = PARTS[part]
            holder = clone.spec if part == "volumes" else clone.spec.containers[0]
            present = getattr(holder, attribute) or []
            names = {volume.name for volume in present} if part == "volumes" else set()
            added = [to_model(content, model) for content in contents if content.get("name") not in names]
            setattr(holder, attribute, [*present, *added])
        return clone
