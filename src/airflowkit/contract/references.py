"""What a pod's manifest refers to: each field of the Kubernetes API that names another object.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1, and `Volume` beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.contract.needs import Kind, Need
from airflowkit.contract.nodes import node_selector
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.stand_ins.marks import is_marked_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_AZURE_KEYS: Final = ("azurestorageaccountname", "azurestorageaccountkey")
"""What the Secret of an `azureFile` volume contains."""
_WITH_SECRET_REF: Final = ("cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos")
_FROM_DEPLOYMENT: Final = "(from a Variable, Connection or environment variable of the deployment)"
_FROM_TASK: Final = "(another task's output)"
_BY_PLACE: Final = (("secretKeyRef", Kind.SECRET), ("configMapKeyRef", Kind.CONFIG_MAP))
_WHOLE_BY_PLACE: Final = (("secretRef", Kind.SECRET), ("configMapRef", Kind.CONFIG_MAP))
_SOURCES: Final = (("secret", Kind.SECRET), ("configMap", Kind.CONFIG_MAP))


def references(manifest: Mapping[str, Any], namespace: str) -> Iterator[Need]:
    """Yield what a pod refers to.

    Args:
        manifest: The pod as the API gets it; templates in it may be as they are.
        namespace: Where the pod runs.
    """
    spec = manifest.get("spec") or {}
    yield from _of_pod(spec, namespace)
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        yield from _of_container(container, namespace)
    for volume in spec.get("volumes") or ():
        yield from _of_volume(volume, namespace)


def _of_pod(spec: Mapping[str, Any], namespace: str) -> Iterator[Need]:
    for pull in spec.get("imagePullSecrets") or ():
        yield _need(namespace, Kind.PULL_SECRET, pull.get("name"))
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account and account != "default":  # each namespace has that one
        yield _need(namespace, Kind.SERVICE_ACCOUNT, account)
    if selector := node_selector(spec):
        yield _need("", Kind.NODE, selector)
    for field, kind in (("priorityClassName", Kind.PRIORITY_CLASS), ("runtimeClassName", Kind.RUNTIME_CLASS)):
        if spec.get(field):
            yield _need("", kind, spec[field])


def _of_container(container: Mapping[str, Any], namespace: str) -> Iterator[Need]:
    for variable in container.get("env") or ():
        source = variable.get("valueFrom") or {}
        for place, kind in _BY_PLACE:
            if asked := source.get(place):
                yield _need(namespace, kind, asked.get("name"), asked.get("key"), asked.get("optional"))
    for source in container.get("envFrom") or ():
        for place, kind in _WHOLE_BY_PLACE:
            if asked := source.get(place):
                yield _need(namespace, kind, asked.get("name"), optional=asked.get("optional"))


def _of_volume(volume: Mapping[str, Any], namespace: str) -> Iterator[Need]:
    for source in (volume, *((volume.get("projected") or {}).get("sources") or ())):
        for place, kind in _SOURCES:
            if asked := source.get(place):
                yield from _of_files(asked, kind, namespace)
    if claim := volume.get("persistentVolumeClaim"):
        yield _need(namespace, Kind.CLAIM, claim.get("claimName"))
    if azure := volume.get("azureFile"):
        yield from (_need(namespace, Kind.SECRET, azure.get("secretName"), key) for key in _AZURE_KEYS)
    secrets = [(volume.get(place) or {}).get("secretRef") for place in _WITH_SECRET_REF]
    for secret in (*secrets, (volume.get("csi") or {}).get("nodePublishSecretRef")):
        if secret:
            yield _need(namespace, Kind.SECRET, secret.get("name"))
    template = ((volume.get("ephemeral") or {}).get("volumeClaimTemplate") or {}).get("spec") or {}
    if template.get("storageClassName"):
        yield _need("", Kind.STORAGE_CLASS, template["storageClassName"])


def _of_files(asked: Mapping[str, Any], kind: Kind, namespace: str) -> Iterator[Need]:
    """Yield the keys that become files; all of them where none is named."""
    name = asked.get("secretName") or asked.get("name")
    keys: Iterable[Any] = [item.get("key") for item in asked.get("items") or ()] or [None]
    yield from (_need(namespace, kind, name, key, asked.get("optional")) for key in keys)


def _need(namespace: str, kind: Kind, name: Any, key: Any = None, optional: Any = None) -> Need:
    later = is_runtime_value(name) or is_runtime_value(key)
    return Need(namespace, kind, _shown(name), _shown(key) if key else "", bool(optional), at_run_time=later)


def _shown(name: Any) -> str:
    """Return a name as text: a template as it is written, anything else that the run decides in words."""
    if not isinstance(name, str):
        return _FROM_TASK
    return _FROM_DEPLOYMENT if is_runtime_value(name) and is_marked_text(name) else str(name)
