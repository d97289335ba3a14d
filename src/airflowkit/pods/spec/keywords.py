"""KubernetesPodOperator's keywords: which part of the pod each one sets, and of what kind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

if TYPE_CHECKING:
    from collections.abc import Mapping


class Place(NamedTuple):
    """Where a keyword's value goes.

    Attributes:
        section: `metadata`, `spec`, `container` or `sidecar`.
        key: The field's name in the manifest.
        kind: As in `shapes.Field`.
        many: Whether it is a list of that.
    """

    section: str
    key: str
    kind: str
    many: bool = False


PLACES: Final[Mapping[str, Place]] = {
    "name": Place("metadata", "name", "str"),
    "namespace": Place("metadata", "namespace", "str"),
    "labels": Place("metadata", "labels", "map"),
    "annotations": Place("metadata", "annotations", "map"),
    "image": Place("container", "image", "str"),
    "cmds": Place("container", "command", "str", many=True),
    "arguments": Place("container", "args", "str", many=True),
    "ports": Place("container", "ports", "V1ContainerPort", many=True),
    "image_pull_policy": Place("container", "imagePullPolicy", "str"),
    "base_container_name": Place("container", "name", "str"),
    "container_resources": Place("container", "resources", "V1ResourceRequirements"),
    "container_security_context": Place("container", "securityContext", "V1SecurityContext"),
    "xcom_sidecar_container_security_context": Place("sidecar", "securityContext", "V1SecurityContext"),
    "termination_message_policy": Place("container", "terminationMessagePolicy", "str"),
    "runtime_class_name": Place("spec", "runtimeClassName", "str"),
    "node_selector": Place("spec", "nodeSelector", "map"),
    "affinity": Place("spec", "affinity", "V1Affinity"),
    "tolerations": Place("spec", "tolerations", "V1Toleration", many=True),
    "init_containers": Place("spec", "initContainers", "V1Container", many=True),
    "host_aliases": Place("spec", "hostAliases", "V1HostAlias", many=True),
    "image_pull_secrets": Place("spec", "imagePullSecrets", "V1LocalObjectReference", many=True),
    "service_account_name": Place("spec", "serviceAccountName", "str"),
    "automount_service_account_token": Place("spec", "automountServiceAccountToken", "bool"),
    "hostnetwork": Place("spec", "hostNetwork", "bool"),
    "hostname": Place("spec", "hostname", "str"),
    "subdomain": Place("spec", "subdomain", "str"),
    "security_context": Place("spec", "securityContext", "V1PodSecurityContext"),
    "dnspolicy": Place("spec", "dnsPolicy", "str"),
    "dns_config": Place("spec", "dnsConfig", "V1PodDNSConfig"),
    "schedulername": Place("spec", "schedulerName", "str"),
    "priority_class_name": Place("spec", "priorityClassName", "str"),
    "active_deadline_seconds": Place("spec", "activeDeadlineSeconds", "int"),
    "termination_grace_period": Place("spec", "terminationGracePeriodSeconds", "int"),
}

OURS: Final = frozenset({"node_pool", "resources", "security"})
"""Keywords that Airflow does not know; `resources` is another thing there."""


def _parameters(cls: type) -> frozenset[str]:
    return frozenset(getattr(cls.__dict__.get("__init__"), "_BaseOperatorMeta__param_names", ()))


OF_THE_POD: Final = _parameters(KubernetesPodOperator)
"""What `KubernetesPodOperator` itself takes."""

OF_ANY_TASK: Final = frozenset[str]().union(*map(_parameters, KubernetesPodOperator.__mro__[1:]))
"""What every operator takes."""

TEMPLATED: Final = frozenset(KubernetesPodOperator.template_fields)
"""The keywords in which Airflow fills in templates."""

KNOWN: Final = OF_THE_POD | OF_ANY_TASK | OURS
