"""Where Kubernetes versions differ: which version first honours a field.

A version that does not know a field refuses or drops it; one that knows it behind a feature gate that is off by
default drops it silently. Without a known version the oldest supported one holds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

Version = tuple[int, int]
OLDEST: Final[Version] = (1, 30)

SINCE: Final[Mapping[tuple[str, str], Version]] = {
    ("V1Container", "resizePolicy"): (1, 33),
    ("V1Container", "restartPolicyRules"): (1, 35),
    ("V1EnvVarSource", "fileKeyRef"): (1, 35),
    ("V1Lifecycle", "stopSignal"): (1, 36),
    ("V1PersistentVolumeClaimSpec", "volumeAttributesClassName"): (1, 34),
    ("V1PodAffinityTerm", "matchLabelKeys"): (1, 31),
    ("V1PodAffinityTerm", "mismatchLabelKeys"): (1, 31),
    ("V1PodSecurityContext", "seLinuxChangePolicy"): (1, 33),
    ("V1PodSecurityContext", "supplementalGroupsPolicy"): (1, 33),
    ("V1PodSpec", "hostUsers"): (1, 33),
    ("V1PodSpec", "hostnameOverride"): (1, 35),
    ("V1PodSpec", "resourceClaims"): (1, 34),
    ("V1PodSpec", "resources"): (1, 34),
    ("V1PodSpec", "schedulingGroup"): (1, 37),
    ("V1ResourceRequirements", "claims"): (1, 34),
    ("V1Volume", "image"): (1, 35),
    ("V1VolumeMount", "recursiveReadOnly"): (1, 31),
    ("V1VolumeProjection", "clusterTrustBundle"): (1, 37),
    ("V1VolumeProjection", "podCertificate"): (1, 37),
}
"""A field's model and key, and the version from which it is on by default."""


@lru_cache(maxsize=16)
def parse_version(version: str | None) -> Version:
    """Return a version's numbers; the oldest supported where none is known.

    Examples:
        >>> parse_version("1.34")
        (1, 34)
    """
    if version is None:
        return OLDEST
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
