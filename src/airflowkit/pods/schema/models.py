"""The shape of Kubernetes' objects, read from the installed client's own models.

A manifest is the camelCase dictionary that the API gets; `to_model` turns one into the client's model. No schema is
shipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from kubernetes.client import Configuration, models

from airflowkit.pods.schema.versions import OLDEST, SINCE

if TYPE_CHECKING:
    from airflowkit.pods.schema.versions import Version

_LIST: Final = re.compile(r"list\[(.+)\]")


class SharedConfiguration(Configuration):  # type: ignore[misc]
    """One configuration for all models: each would make its own copy otherwise, at 32 microseconds."""

    def __deepcopy__(self, memo: dict[int, Any]) -> SharedConfiguration:
        return self


SHARED: Final = SharedConfiguration()
SHARED.client_side_validation = False  # the rules here say it better


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model.

    Attributes:
        name: As Python spells it, such as `host_path`.
        key: As the API spells it, such as `hostPath`.
        kind: `str`, `int`, `bool`, `map` (text to text), `any`, `time` or a model's name.
        many: Whether it is a list of that.
        slot: Where a model keeps it.
        since: The Kubernetes version from which it counts.
    """

    name: str
    key: str
    kind: str
    many: bool
    slot: str
    since: Version


PARTS: Final = {
    "env": ("V1EnvVar", "env"),
    "envFrom": ("V1EnvFromSource", "env_from"),
    "volumes": ("V1Volume", "volumes"),
    "volumeMounts": ("V1VolumeMount", "volume_mounts"),
}
"""The lists of a pod to which value classes add: the model of their elements, and the client's name."""

_KINDS: Final = {"dict[str, str]": "map", "dict(str, str)": "map", "object": "any", "datetime": "time", "float": "int"}


@cache
def fields(model: str) -> dict[str, Field]:
    """Return a model's fields, by both of their spellings."""
    cls = getattr(models, model)
    found = [_field(model, name, key, cls.openapi_types[name]) for name, key in cls.attribute_map.items()]
    return {spelling: field for field in found for spelling in (field.name, field.key, field.name.lstrip("_"))}


@cache
def slots(model: str) -> tuple[Field, ...]:
    """Return a model's fields, each once."""
    return tuple({field.key: field for field in fields(model).values()}.values())


def _field(model: str, name: str, key: str, kind: str) -> Field:
    match = _LIST.fullmatch(kind)
    inner = match.group(1) if match else kind
    slot = f"_{model}_{name}" if name.startswith("_") else f"_{name}"
    since = SINCE.get((model, key), OLDEST)
    return Field(name, key, _KINDS.get(inner, inner), match is not None, slot, since)


def is_model(value: object) -> bool:
    """Return whether a value is one of the Kubernetes client's models."""
    return hasattr(value, "openapi_types") and hasattr(value, "attribute_map")


def to_model(manifest: Any, model: str, *, many: bool = False) -> Any:
    """Return a manifest's part as the client's model; runtime values stay as they are."""
    if many:
        return [to_model(part, model) for part in manifest] if isinstance(manifest, list) else manifest
    if not isinstance(manifest, dict):
        return manifest
    known = fields(model)
    values: dict[str, Any] = {}
    for key, value in manifest.items():
        field = known[key]
        values[field.name] = to_model(value, field.kind, many=field.many) if field.kind.startswith("V1") else value
    return getattr(models, model)(**values, local_vars_configuration=SHARED)


def to_manifest(part: Any) -> Any:
    """Return the client's models, and what holds them, as the API gets them; everything else stays as it is."""
    if is_model(part):
        state = part.__dict__
        known = ((field.key, state.get(field.slot)) for field in slots(type(part).__name__))
        return {key: to_manifest(value) for key, value in known if value is not None}
    if isinstance(part, Mapping):
        return {key: to_manifest(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [to_manifest(item) for item in part]
    return part
