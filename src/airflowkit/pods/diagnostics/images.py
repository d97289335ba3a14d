"""Why an image could not be pulled.

The words are the registries' and the container runtime's own: distribution's error codes, containerd's, Docker Hub's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.causes import Cause, CauseCode

if TYPE_CHECKING:
    from collections.abc import Sequence

REASONS: Final = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})
"""Reasons for which a container waits when its image cannot be had."""

_DENIED: Final = re.compile(r"(?i)\b40[13]\b|unauthorized|forbidden|denied|authoriz|authenticat|no basic auth")
_NOT_FOUND: Final = re.compile(r"(?i)not found|manifest unknown|name unknown|does not exist|\b404\b")
_ANSWERS: Final = (
    (
        re.compile(r"(?i)toomanyrequests|too many requests|rate limit|\b429\b"),
        CauseCode.REGISTRY_RATE_LIMIT,
        "image {} cannot be pulled: the registry's rate limit is reached",
        "log in with a pull secret, or use a mirror",
    ),
    (
        re.compile(r"(?i)no match for platform|no matching manifest for"),
        CauseCode.WRONG_PLATFORM,
        "image {} is not built for the node's platform",
        "build it for that platform too",
    ),
)
_UNREACHABLE: Final = re.compile(
    r"(?i)(no such host|connection refused|i/o timeout|network is unreachable|connection reset|TLS handshake timeout"
    r"|x509: [^:]+|server gave HTTP response to HTTPS client)"
)
_NO_PULL_SECRET: Final = re.compile(r"Unable to retrieve some image pull secrets \(([^)]*)\)")


def image_cause(image: str, reason: str, message: str, pull_secrets: Sequence[str], events: str) -> Cause:
    """Return why a container waits for its image.

    Args:
        image: The image's name as the pod has it.
        reason: The waiting state's reason, one of `REASONS`.
        message: The waiting state's message.
        pull_secrets: The names of the pod's pull secrets.
        events: The messages of the pod's warnings: older kubelets keep the registry's answer only there.
    """
    if reason == "InvalidImageName":
        why = message.rsplit(": ", 1)[-1]
        hint = "write it as registry/path/name:tag, in lower case"
        return Cause(CauseCode.IMAGE_NAME_INVALID, f"image name {image!r} is invalid: {why}", hint)
    if reason == "ErrImageNeverPull":
        hint = "load the image into the node, or set image_pull_policy to IfNotPresent"
        reason = f"image {image!r} is not on the node, and image_pull_policy is Never"
        return Cause(CauseCode.IMAGE_NEVER_PULLED, reason, hint)
    return _pull_cause(image, f"{message}\n{events}", pull_secrets)


def _pull_cause(image: str, said: str, pull_secrets: Sequence[str]) -> Cause:
    answer = said.replace(image, "")  # a name may have any of these words
    if lost := _NO_PULL_SECRET.search(answer):
        reason = f"no right to pull image {image!r}: pull secret {lost[1]!r} not found"
        return Cause(CauseCode.SECRET_MISSING, reason, "create it in the pod's namespace")
    for words, code, reason, hint in _ANSWERS:
        if words.search(answer):
            return Cause(code, reason.format(repr(image)), hint)
    if _DENIED.search(answer):
        return _denied(image, pull_secrets, maybe_absent=bool(_NOT_FOUND.search(answer)))
    if _NOT_FOUND.search(answer):
        hint = "check the name and the tag, and that it was pushed"
        return Cause(CauseCode.IMAGE_NOT_FOUND, f"image not found: {image!r}", hint)
    if why := _UNREACHABLE.search(answer):
        registry = image.split("/", 1)[0] if "/" in image else "docker.io"
        hint = "check the registry's name, and that the nodes may reach it"
        reason = f"image {image!r} cannot be pulled: registry {registry!r} cannot be reached ({why[1]})"
        return Cause(CauseCode.REGISTRY_UNREACHABLE, reason, hint)
    reason = f"image {image!r} cannot be pulled: {_last_words(said)}"
    return Cause(CauseCode.IMAGE_PULL_FAILED, reason, "look at the pod's events in the log")


def _denied(image: str, pull_secrets: Sequence[str], *, maybe_absent: bool) -> Cause:
    # Docker Hub gives one answer for an image that is missing and one that is private.
    reason = (
        f"image not found, or no right to pull it: {image!r}" if maybe_absent else f"no right to pull image {image!r}"
    )
    if not pull_secrets:
        hint = "name a pull secret that opens the registry in image_pull_secrets"
    else:
        hint = f"check that pull secret {' or '.join(map(repr, pull_secrets))} opens this registry"
    return Cause(CauseCode.IMAGE_FORBIDDEN, reason, hint)


def _last_words(answer: str) -> str:
    first = answer.strip().splitlines()[0] if answer.strip() else "no reason given"
    return first.rsplit(": ", 1)[-1]
