"""Containers and init containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import MISSING, Fault, Path
from airflowkit.pods.schema.image_reference import InvalidImage, parse_image
from airflowkit.pods.schema.names import label_fault
from airflowkit.pods.validation.amounts import resources
from airflowkit.pods.validation.checks import Part, items, named, one_of, required, text, unique
from airflowkit.pods.validation.environment import environment
from airflowkit.pods.validation.handlers import lifecycle, probes
from airflowkit.pods.validation.mounts import mounts
from airflowkit.pods.validation.network import ports
from airflowkit.pods.validation.security import container_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.schema.versions import Version

_RESTARTS: Final = ("Always", "Never", "OnFailure")
PULL_POLICIES: Final = ("Always", "IfNotPresent", "Never")
_NOT_BEFORE_START: Final = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")


def containers(spec: Part, path: Path, version: Version) -> Iterator[Fault]:
    """Return what is wrong with a pod's containers."""
    if not spec.get("containers"):
        yield Fault((path, "containers"), MISSING, "a pod needs a container")
    for container, place in items(spec, path, "containers"):
        yield from _container(container, place, spec, version)
        yield from _restarting(container, place, version)
    for container, place in items(spec, path, "initContainers"):
        yield from _container(container, place, spec, version)
        # Other policies count since Kubernetes 1.35 (ContainerRestartRules).
        yield from one_of(container, place, "restartPolicy", _RESTARTS if version >= (1, 35) else ("Always",))
        if container.get("restartPolicy") != "Always":
            for key in _NOT_BEFORE_START:
                if container.get(key) is not None:
                    reason = "is allowed for an init container only with restartPolicy Always"
                    yield Fault((place, key), MISSING, reason)
    everywhere = (*items(spec, path, "containers"), *items(spec, path, "initContainers"))
    yield from unique(
        (((place, "name"), part.get("name")) for part, place in everywhere), "is another container's name"
    )


def _container(container: Part, path: Path, spec: Part, version: Version) -> Iterator[Fault]:
    yield from required(container, path, "name", "image")
    yield from named(container, path, "name", label_fault)
    yield from image_faults(container, path, "image")
    yield from one_of(container, path, "imagePullPolicy", PULL_POLICIES)
    yield from one_of(container, path, "terminationMessagePolicy", ("File", "FallbackToLogsOnError"))
    yield from ports(container, path, host=bool(spec.get("hostNetwork")))
    yield from environment(container, path, spec, version)
    yield from mounts(container, path, spec)
    yield from resources(container, path, {claim.get("name") for claim in spec.get("resourceClaims") or ()})
    yield from probes(container, path)
    yield from lifecycle(container, path, spec.get("terminationGracePeriodSeconds"), version)
    yield from container_security(container, path, spec)
    yield from _resizing(container, path, spec)


def _restarting(container: Part, path: Path, version: Version) -> Iterator[Fault]:
    policy = container.get("restartPolicy")
    if policy is not None and version < (1, 35):
        yield Fault((path, "restartPolicy"), policy, "is supported only from Kubernetes 1.35")
    elif policy is not None and policy not in _RESTARTS:
        yield Fault((path, "restartPolicy"), policy, f"must be one of {', '.join(_RESTARTS)}")
    if container.get("restartPolicyRules") and not policy:
        yield Fault((path, "restartPolicyRules"), MISSING, "needs a restartPolicy")


def _resizing(container: Part, path: Path, spec: Part) -> Iterator[Fault]:
    for rule, place in items(container, path, "resizePolicy"):
        yield from required(rule, place, "resourceName", "restartPolicy")
        yield from one_of(rule, place, "resourceName", ("cpu", "memory"))
        yield from one_of(rule, place, "restartPolicy", ("NotRequired", "RestartContainer"))
        if rule.get("restartPolicy") == "RestartContainer" and spec.get("restartPolicy") == "Never":
            yield Fault((place, "restartPolicy"), "RestartContainer", "is impossible in a pod that never restarts")


def image_faults(part: Part, path: Path, key: str) -> Iterator[Fault]:
    """Return what is wrong with the image reference in a field."""
    image = text(part.get(key))
    if image and isinstance(parsed := parse_image(image), InvalidImage):
        yield Fault((path, key), image, parsed.reason, parsed.hint)
