"""The rules of a pod, one file per noun. Each looks at a manifest whose values have the right types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.pods.rules.containers import containers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.faults import Fault


def pod_faults(pod: dict[str, Any], version: tuple[int, int]) -> Iterator[Fault]:
    """Return what is wrong with a pod."""
    spec = pod.get("spec", {})
    yield from containers(spec, version)
