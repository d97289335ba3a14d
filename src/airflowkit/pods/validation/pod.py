"""The rules of a whole pod, as the Kubernetes API has them, and as common sense does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.pods.schema.decoder import Decoder
from airflowkit.pods.schema.versions import parse_version
from airflowkit.pods.validation import pod_faults
from airflowkit.pods.validation.checks import one_of, required

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.errors import Problem
    from airflowkit.pods.schema.faults import Fault


def pod_problems(manifest: Mapping[str, Any], *, version: str | None = None) -> tuple[Problem, ...]:
    """Return everything that is wrong with a pod.

    Args:
        manifest: A whole pod as the API gets it; values with Jinja in them are taken to be right.
        version: The cluster's Kubernetes version, such as `1.34`; without it the strictest rules hold.

    Examples:
        >>> [p.field for p in pod_problems({"metadata": {"name": "a"}, "spec": {"containers": [{"name": "base"}]}})]
        ['spec.containers[0].image']
    """
    numbers = parse_version(version)
    decoder = Decoder(numbers, coerce=False)
    pod = decoder.model(manifest, "V1Pod", "")
    faults = [*decoder.faults, *_identity(pod), *pod_faults(pod, numbers)]
    said = [fault.path for fault in decoder.faults]  # what could not be read is missing, which need not be said
    faults = [fault for number, fault in enumerate(faults) if number < len(said) or fault.path not in said]
    return tuple(fault.as_problem() for fault in faults)


def _identity(pod: dict[str, Any]) -> Iterator[Fault]:
    yield from one_of(pod, "", "kind", ("Pod",))
    yield from one_of(pod, "", "apiVersion", ("v1",))
    metadata = pod.get("metadata") or {}
    if not metadata.get("generateName"):
        yield from required(metadata, "metadata", "name")
