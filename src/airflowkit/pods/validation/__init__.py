"""The rules of a pod, one file per noun. Each looks at a manifest whose values have the right types.

The source is Kubernetes' own validation (`pkg/apis/core/validation`), and beyond it what the API accepts but no pod
can be meant to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflowkit.pods.validation.affinity import affinity
from airflowkit.pods.validation.annotations import known_annotations
from airflowkit.pods.validation.claims import pod_resources, resource_claims
from airflowkit.pods.validation.containers import containers
from airflowkit.pods.validation.metadata import metadata
from airflowkit.pods.validation.network import host_ports, network
from airflowkit.pods.validation.podwide import podwide
from airflowkit.pods.validation.scheduling import scheduling
from airflowkit.pods.validation.security import pod_security
from airflowkit.pods.validation.volumes import volumes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.schema.faults import Fault
    from airflowkit.pods.schema.versions import Version


def pod_faults(pod: dict[str, Any], version: Version) -> Iterator[Fault]:
    """Return what is wrong with a pod.

    Args:
        pod: The manifest.
        version: The cluster's Kubernetes version.
    """
    spec = pod.get("spec") or {}
    yield from metadata(pod.get("metadata") or {}, "metadata")
    yield from known_annotations(pod)
    yield from containers(spec, "spec", version)
    yield from volumes(spec, "spec")
    yield from podwide(spec, "spec")
    yield from pod_security(spec, "spec")
    yield from scheduling(spec, "spec", version)
    yield from affinity(spec, "spec", version)
    yield from network(spec, "spec", version)
    yield from resource_claims(spec, "spec")
    yield from pod_resources(spec, "spec")
    yield from host_ports(spec, "spec")
