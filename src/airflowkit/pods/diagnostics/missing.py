"""Secrets, config maps and claims that a pod names and the cluster does not have."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from airflowkit.causes import Cause, CauseCode

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Final = {"secret": "secret", "configmap": "config map", "persistentvolumeclaim": "persistent volume claim"}
_CODES: Final = {
    "secret": CauseCode.SECRET_MISSING,
    "config map": CauseCode.CONFIG_MAP_MISSING,
    "persistent volume claim": CauseCode.CLAIM_MISSING,
}
_KEY_CODES: Final = {"secret": CauseCode.SECRET_KEY_MISSING, "config map": CauseCode.CONFIG_MAP_KEY_MISSING}
# The local run, whose secrets are in a file, adds a hint in brackets to the kubelet's message.
_OBJECT: Final = re.compile(
    r'(?i)\b(secret|configmap|persistentvolumeclaim)s? "([^"]+)" (not found|is being deleted)'
    r"(?: \((.+)\))?"
)
_KEY: Final = re.compile(r"couldn't find key (\S+) in (Secret|ConfigMap) ([^/\s]+)/(\S+)(?: \((.+)\))?")
_KEY_OF_VOLUME: Final = re.compile(r"references non-existent (secret|config) key: (\S+)")
_VOLUME: Final = re.compile(r'failed for volume "([^"]+)"')


def missing_cause(message: str, pod: Mapping[str, Any]) -> Cause | None:
    """Return what a message of the kubelet or the scheduler says is missing, or None if it says nothing of the kind.

    Args:
        message: A waiting container's message, a FailedMount event's, or the scheduler's.
        pod: The pod, for its namespace and volumes.
    """
    namespace = pod["metadata"].get("namespace", "default")
    return _object(message, namespace) or _key(message) or _key_of_volume(message, pod, namespace)


def _object(message: str, namespace: str) -> Cause | None:
    if not (found := _OBJECT.search(message)):
        return None
    kind, name, state, hint = found.groups()
    word = _WORDS[kind.lower()]
    return Cause(
        _CODES[word],
        f"{word} {name!r} {state} in namespace {namespace!r}",
        hint or f"create it in that namespace, or correct the name: kubectl -n {namespace} get {kind.lower()}s",
    )


def _key(message: str) -> Cause | None:
    if not (found := _KEY.search(message)):
        return None
    key, kind, namespace, name, hint = found.groups()
    cause = _without_key(_WORDS[kind.lower()], name, key, namespace)
    return replace(cause, hint=hint) if hint else cause


def _key_of_volume(message: str, pod: Mapping[str, Any], namespace: str) -> Cause | None:
    found, volume = _KEY_OF_VOLUME.search(message), _VOLUME.search(message)
    if not found or not volume:
        return None
    kind, key = ("secret", "secret") if found[1] == "secret" else ("config map", "configMap")
    volumes = {each["name"]: each for each in pod["spec"].get("volumes", [])}
    source = volumes.get(volume[1], {}).get(key, {})
    name = source.get("secretName") or source.get("name") or f"of volume {volume[1]}"
    return _without_key(kind, name, found[2], namespace)


def _without_key(kind: str, name: str, key: str, namespace: str) -> Cause:
    resource = kind.replace(" ", "")
    return Cause(
        _KEY_CODES[kind],
        f"{kind} {name!r} in namespace {namespace!r} has no key {key!r}",
        f"add the key, or correct its name: kubectl -n {namespace} describe {resource} {name}",
    )
