"""Where an environment variable's value comes from, one class per source.

Each builds its part of the manifest in `build()`; `FIELDS` maps a manifest's field to the attribute that it came from.
Nothing is checked here: `pod_task` does, where the DAG, the task and the argument are known.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from airflowkit.pods.values.base import Attachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.pods.values.base import Parts


@dataclass(frozen=True, slots=True)
class SecretEnv(Attachable):
    """One key of a Kubernetes secret as an environment variable.

    Args:
        name: The variable's name, as the program reads it.
        secret: The secret's name.
        key: The key within the secret.
        optional: Whether the pod may start without the secret or the key.

    Examples:
        >>> SecretEnv("DB_PASSWORD", secret="orders-db", key="password").name
        'DB_PASSWORD'
    """

    FIELDS: ClassVar[Mapping[str, str]] = {
        "optional": "optional",
        "name": "name",
        "secretKeyRef.name": "secret",
        "secretKeyRef.key": "key",
    }

    name: str
    _: KW_ONLY
    secret: str
    key: str
    optional: bool = False

    def build(self) -> Parts:
        """Return the manifest's part."""
        source = {"name": self.secret, "key": self.key} | _optional(self.optional)
        return {"env": [{"name": self.name, "valueFrom": {"secretKeyRef": source}}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretEnvFrom(Attachable):
    """Every key of a Kubernetes secret as an environment variable.

    Args:
        secret: The secret's name.
        prefix: Put in front of each key.
        optional: Whether the pod may start without the secret.

    Examples:
        >>> SecretEnvFrom(secret="orders-db", prefix="DB_").prefix
        'DB_'
    """

    FIELDS: ClassVar[Mapping[str, str]] = {"optional": "optional", "secretRef.name": "secret", "prefix": "prefix"}

    secret: str
    prefix: str = ""
    optional: bool = False

    def build(self) -> Parts:
        """Return the manifest's part."""
        return _env_from("secretRef", self.secret, self.prefix, optional=self.optional)


@dataclass(frozen=True, slots=True)
class ConfigMapEnv(Attachable):
    """One key of a config map as an environment variable.

    Args:
        name: The variable's name.
        config_map: The config map's name.
        key: The key within the config map.
        optional: Whether the pod may start without the config map or the key.

    Examples:
        >>> ConfigMapEnv("MODE", config_map="orders", key="mode").key
        'mode'
    """

    FIELDS: ClassVar[Mapping[str, str]] = {
        "name": "name",
        "optional": "optional",
        "configMapKeyRef.name": "config_map",
        "configMapKeyRef.key": "key",
    }

    name: str
    _: KW_ONLY
    config_map: str
    key: str
    optional: bool = False

    def build(self) -> Parts:
        """Return the manifest's part."""
        source = {"name": self.config_map, "key": self.key} | _optional(self.optional)
        return {"env": [{"name": self.name, "valueFrom": {"configMapKeyRef": source}}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigMapEnvFrom(Attachable):
    """Every key of a config map as an environment variable.

    Args:
        config_map: The config map's name.
        prefix: Put in front of each key.
        optional: Whether the pod may start without the config map.

    Examples:
        >>> ConfigMapEnvFrom(config_map="orders").config_map
        'orders'
    """

    FIELDS: ClassVar[Mapping[str, str]] = {
        "optional": "optional",
        "configMapRef.name": "config_map",
        "prefix": "prefix",
    }

    config_map: str
    prefix: str = ""
    optional: bool = False

    def build(self) -> Parts:
        """Return the manifest's part."""
        return _env_from("configMapRef", self.config_map, self.prefix, optional=self.optional)


@dataclass(frozen=True, slots=True)
class FieldEnv(Attachable):
    """A fact about the pod itself as an environment variable (Kubernetes' downward API).

    Args:
        name: The variable's name.
        field: Such as `metadata.name`, `status.podIP` or `metadata.labels['team']`.

    Examples:
        >>> FieldEnv("POD_IP", field="status.podIP").field
        'status.podIP'
    """

    FIELDS: ClassVar[Mapping[str, str]] = {"name": "name", "fieldRef.fieldPath": "field"}

    name: str
    _: KW_ONLY
    field: str

    def build(self) -> Parts:
        """Return the manifest's part."""
        return {"env": [{"name": self.name, "valueFrom": {"fieldRef": {"fieldPath": self.field}}}]}


def _optional(value: object) -> dict[str, Any]:
    return {} if value is False else {"optional": value}


def _env_from(kind: str, name: str, prefix: str, *, optional: bool) -> Parts:
    source: dict[str, Any] = {kind: {"name": name} | _optional(optional)}
    return {"envFrom": [source | ({"prefix": prefix} if prefix != "" else {})]}
