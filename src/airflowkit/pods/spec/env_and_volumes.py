"""Variables, volumes and mounts: many arguments, many spellings, four lists in the pod.

Each of these arguments takes value classes. What they bring goes to the operator as Kubernetes' own objects:
variables as `pod_runtime_info_envs`, so that `env_vars` stays the dictionary in which Airflow finds other tasks'
outputs; secrets as volumes with names that last, where the provider's own `Secret` takes a new name at each parse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING as REQUIRED
from dataclasses import fields as attributes
from typing import Any, Final

from airflowkit.errors import did_you_mean
from airflowkit.pods.schema.faults import Key, Path
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.pods.schema.models import PARTS, is_model, to_model
from airflowkit.pods.spec.builder import Origin, PodBuilder
from airflowkit.pods.spec.keywords import SOURCES
from airflowkit.pods.values.env import ConfigMapEnv, ConfigMapEnvFrom, FieldEnv, SecretEnv, SecretEnvFrom
from airflowkit.pods.values.volumes import ClaimVolume, ConfigMapVolume, EmptyDirVolume, SecretVolume, volume_name

VALUE_CLASSES: Final = (
    SecretEnv,
    SecretEnvFrom,
    SecretVolume,
    ConfigMapEnv,
    ConfigMapEnvFrom,
    ConfigMapVolume,
    FieldEnv,
    ClaimVolume,
    EmptyDirVolume,
)
_MODELS: Final = {part: model for part, (model, _) in PARTS.items()}
TARGETS: Final = {
    "env": "pod_runtime_info_envs",
    "envFrom": "env_from",
    "volumes": "volumes",
    "volumeMounts": "volume_mounts",
}


def read_sources(builder: PodBuilder, values: Mapping[str, Any]) -> None:
    """Read every argument that adds variables, volumes or mounts."""
    native = builder.decoder.rendering.native
    for keyword in SOURCES:
        if keyword not in values:
            continue
        value = values[keyword]
        if value is None or (is_runtime_value(value) and (native or not isinstance(value, str))):
            builder.pass_on(keyword, value)
        elif keyword == "env_vars" and isinstance(value, Mapping):
            _read_env_dictionary(builder, value)
        else:
            builder.keywords.setdefault(keyword, [])
            for index, item in _items(builder, keyword, value):
                _read_item(builder, keyword, item, (keyword, index))


def _items(builder: PodBuilder, keyword: str, value: Any) -> Iterator[tuple[int, Any]]:
    if isinstance(value, (list, tuple)):
        yield from enumerate(value)
    elif isinstance(value, str):
        builder.decoder.reject(keyword, value, "must be a list", SOURCES[keyword].hint)
    elif builder.decoder.coerce:
        yield 0, value  # a single value counts as a list of one
    else:
        builder.decoder.reject(keyword, type(value), "must be a list", "put it into a list")


def _read_env_dictionary(builder: PodBuilder, value: Mapping[Any, Any]) -> None:
    variables: dict[str, Any] = {}
    for name, content in value.items():
        path: Path = ("env_vars", Key(name))
        if not isinstance(name, str):
            builder.decoder.reject(path, name, "the name must be text", f"write {str(name)!r}")
            continue
        text = _env_text(builder, content, path)
        variables[name] = text
        builder.add("env", {"name": name} | ({} if text is None else {"value": text}), Origin(path, {"value": ""}))
    builder.keywords["env_vars"] = variables


def _env_text(builder: PodBuilder, content: Any, path: Path) -> Any:
    """Return a variable's value as text; whole and exact numbers mean their digits, True and False could mean many."""
    if content is None or isinstance(content, str):
        return content if content is None else builder.decoder.read(content, "str", path)
    if is_runtime_value(content):
        return builder.decoder.read(content, "str", path)
    if isinstance(content, bool):
        builder.decoder.reject(path, content, "must be text", f"write {str(content).lower()!r} or {str(content)!r}")
    elif isinstance(content, int) and builder.decoder.coerce:
        return str(content)
    elif isinstance(content, VALUE_CLASSES):
        builder.decoder.reject(path, content, "must be text", "put it into secrets=[…] or env_vars=[…]")
    elif isinstance(content, (int, float)):
        builder.decoder.reject(path, content, "must be text", f"write {str(content)!r}")
    else:
        builder.decoder.reject(path, type(content), "must be text")
    return None


def _read_item(builder: PodBuilder, keyword: str, item: Any, path: Path) -> None:
    if not builder.decoder.coerce and not _taken_as_it_is(keyword, item):
        hint = "use pod_task, or the Kubernetes client's own class"
        builder.decoder.reject(path, type(item), "is not accepted here by the plain operator", hint)
    elif isinstance(item, VALUE_CLASSES):
        _read_value(builder, item, Origin(path, type(item).FIELDS), keyword)
    elif hasattr(item, "attach_to_pod"):
        _read_airflow_secret(builder, item, path)
    elif keyword == "secrets" or (keyword == "volumes" and isinstance(item, Mapping) and "mount_path" in item):
        _read_table(builder, keyword, item, path)
    elif keyword == "configmaps":
        _read_config_map(builder, item, path)
    else:
        _read_kubernetes_object(builder, keyword, item, path)


def _taken_as_it_is(keyword: str, item: Any) -> bool:
    """Whether the plain operator takes an item (`backwards_compat_converters` of its provider)."""
    if keyword == "secrets":
        return hasattr(item, "attach_to_pod")
    if keyword in ("pod_runtime_info_envs", "volumes", "volume_mounts"):
        return is_model(item)
    return not isinstance(item, VALUE_CLASSES)


def _read_value(builder: PodBuilder, value: Any, origin: Origin, keyword: str = "") -> None:
    parts = value.build()
    for volume in parts.get("volumes", ()):
        _settle_name(builder, volume, parts["volumeMounts"][0])
    for part, contents in parts.items():
        for content in contents:
            if part == "volumes" and content in builder.spec.get("volumes", ()):
                continue  # a second mount of the same volume
            target = "env_vars" if keyword == "env_vars" and part == "env" else TARGETS[part]
            read = builder.decode_part(part, _MODELS[part], content, origin, SOURCES[target].templated)
            if read is not None:
                builder.keywords.setdefault(target, []).append(to_model(read, _MODELS[part]))


def _settle_name(builder: PodBuilder, volume: dict[str, Any], mount: dict[str, Any]) -> None:
    """Name a volume after its mount where another volume of the same source is different."""
    for other in builder.spec.get("volumes", ()):
        if other.get("name") == volume["name"] and other != volume:
            volume["name"] = mount["name"] = volume_name(volume["name"], mount.get("mountPath"))


def _read_kubernetes_object(builder: PodBuilder, keyword: str, item: Any, path: Path) -> None:
    part = SOURCES[keyword].part
    model = _MODELS[part]
    if item is None:
        builder.decoder.reject(path, item, "is empty", "leave it out")
        return
    if isinstance(item, tuple) or (isinstance(item, str) and not is_runtime_value(item)):
        builder.decoder.reject(path, type(item), f"must be a {model}", SOURCES[keyword].hint)
        return
    # A dictionary stays one: Airflow fills in templates anywhere in it, in a model only where it knows them.
    verbatim = isinstance(item, Mapping) and keyword in ("env_vars", "env_from")
    content = builder.decode_part(part, model, item, Origin(path), None if verbatim else SOURCES[keyword].templated)
    if content is not None:
        builder.keywords[keyword].append(content if verbatim else to_model(content, model))


def _read_config_map(builder: PodBuilder, item: Any, path: Path) -> None:
    name = builder.decoder.read(item, "str", path)
    if isinstance(name, str):
        builder.keywords["configmaps"].append(name)
    if isinstance(name, str) or is_runtime_value(name):
        builder.add("envFrom", {"configMapRef": {"name": name}}, Origin(path, {"configMapRef.name": ""}))


def _read_airflow_secret(builder: PodBuilder, secret: Any, path: Path) -> None:
    """Read an Airflow `Secret`, and refuse what it would silently leave out."""
    names = {"name": "deploy_target", "mountPath": "deploy_target", "secretName": "secret", "key": "key"} | {
        "secretKeyRef.name": "secret",
        "secretRef.name": "secret",
        "items": "items",
    }
    origin = Origin(path, names)
    target, reject = secret.deploy_target, builder.decoder.reject
    if secret.deploy_type == "volume":
        if secret.key is not None:
            reject((path, "key"), secret.key, "is ignored for files", "write SecretVolume(…, items={key: file name})")
        if target is None:
            reject((path, "deploy_target"), None, "a secret volume needs the folder to mount it at")
            return
        _read_value(builder, SecretVolume(target, secret=secret.secret, items=secret.items or None), origin)
    elif secret.key is None:
        if target is not None:
            hint = f"name the key, or write SecretEnvFrom(secret={secret.secret!r})"
            reject((path, "deploy_target"), target, "is ignored without a key: the whole secret is taken", hint)
        _read_value(builder, SecretEnvFrom(secret=secret.secret), origin)
    elif not isinstance(target, str) or not target.isidentifier() or not target.isascii():
        hint = "write SecretEnv(name, secret=…, key=…), which keeps the name as it is"
        reject(
            (path, "deploy_target"), target, "Airflow's Secret writes it in capitals, and no shell can read it", hint
        )
    else:
        _read_value(builder, SecretEnv(target, secret=secret.secret, key=secret.key), origin)


_WORDS: Final = {attribute.name for cls in VALUE_CLASSES for attribute in attributes(cls)}


def _read_table(builder: PodBuilder, keyword: str, table: Any, path: Path) -> None:
    """Read a dictionary of a value class's fields, as `airflowkit.toml` has them."""
    if not isinstance(table, Mapping):
        builder.decoder.reject(path, table, "must be a secret", SOURCES[keyword].hint)
        return
    cls = _class_of(table)
    known = [attribute.name for attribute in attributes(cls)]
    unknown = [key for key in table if key not in known]
    missing = [a.name for a in attributes(cls) if a.default is REQUIRED and a.name not in table]
    for key in unknown:
        builder.decoder.reject(
            (path, str(key)), table[key], f"{cls.__name__} has no such argument", did_you_mean(str(key), _WORDS)
        )
    for key in missing:
        builder.decoder.reject((path, key), None, f"{cls.__name__} needs it")
    if not unknown and not missing:
        _read_value(builder, cls(**table), Origin(path, cls.FIELDS))


def _class_of(table: Mapping[str, Any]) -> Any:
    mounted, named = "mount_path" in table, "name" in table
    if "claim" in table:
        return ClaimVolume
    if "field" in table:
        return FieldEnv
    if "config_map" in table:
        return ConfigMapVolume if mounted else ConfigMapEnv if named else ConfigMapEnvFrom
    if "secret" in table:
        return SecretVolume if mounted else SecretEnv if named else SecretEnvFrom
    return EmptyDirVolume if mounted else SecretEnv
