"""The rules of a whole pod, as the Kubernetes API has them, and as common sense does."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from airflowkit.pods.reading import Reader
from airflowkit.pods.rules import pod_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.errors import Problem
    from airflowkit.pods.faults import Fault


def pod_problems(manifest: Mapping[str, Any], *, version: str | None = None) -> tuple[Problem, ...]:
    """Return everything that is wrong with a pod.

    Args:
        manifest: A whole pod as the API gets it; values with Jinja in them are taken to be right.
        version: The cluster's Kubernetes version, such as `1.34`; without it the strictest rules hold.

    Example:
        >>> [p.field for p in pod_problems({"metadata": {"name": "a"}, "spec": {"containers": [{"name": "base"}]}})]
        ['spec.containers[0].image']
    """
    reader = Reader()
    pod = reader.model(manifest, "V1Pod", "")
    faults = [*reader.faults, *manifest_faults(pod if isinstance(pod, dict) else {}, version)]
    return tuple(fault.as_problem() for fault in faults)


def manifest_faults(pod: dict[str, Any], version: str | None) -> Iterator[Fault]:
    """Return what is wrong with a pod whose values all have the right type."""
    return pod_faults(pod, _parsed(version))


@lru_cache(maxsize=16)
def _parsed(version: str | None) -> tuple[int, int]:
    """Return a version's numbers; the oldest that is supported where none is known."""
    if version is None:
        return (1, 30)
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
