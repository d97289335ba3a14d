"""Where a task's keywords come from, and how they are joined.

Airflow's own layers keep Airflow's rule: of the DAG's `default_args`, the task group's and the call, the nearest
replaces. Beneath them are airflowkit's: built-in, `airflowkit.toml`, its profile. From there dictionaries are joined
key by key under Airflow's value and lists by name; everything else is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.pods.schema.quantities import parse_quantity
from airflowkit.settings import Layer

BUILT_IN: Final = Layer(
    "airflowkit",
    {
        "log_events_on_failure": True,
        "log_pod_spec_on_failure": False,
        "on_finish_action": "delete_pod",
        "termination_message_policy": "FallbackToLogsOnError",
    },
)
"""What a pod should do that the provider's own defaults do not: say why it failed, and keep its variables to itself."""


def resolve(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the keywords that hold.

    Args:
        layers: Keywords by layer, the lowest first; each is laid over those before it.
    """
    values: dict[str, Any] = {}
    for layer in layers:
        _forget_steps(values, layer)
        for keyword, value in layer.items():
            below = values.get(keyword)
            values[keyword] = value if below is None or value is None else joined(keyword, value, below)
    return values


def airflow_defaults(dag: Any, group: Any) -> dict[str, Any]:
    """Return the `default_args` that Airflow hands to a task: the group's over the DAG's."""
    return {**(getattr(dag, "default_args", None) or {}), **(getattr(group, "default_args", None) or {})}


def nearest(defaults: Mapping[str, Any], call: Mapping[str, Any]) -> dict[str, Any]:
    """Return Airflow's own layers as one: the call's value replaces, and a replaced volume takes its mounts along."""
    below = dict(defaults)
    if "container_resources" in call:
        below.pop("memory_after_oom", None)
    values = {**below, **call}
    if "volumes" in call and "volumes" in defaults and "volume_mounts" not in call and "volume_mounts" in defaults:
        gone = {_name(volume) for volume in _as_list(defaults["volumes"])}
        values["volume_mounts"] = [mount for mount in _as_list(defaults["volume_mounts"]) if _name(mount) not in gone]
    return values


def _forget_steps(values: dict[str, Any], above: Mapping[str, Any]) -> None:
    """Drop the `memory_after_oom` of lower layers: it belongs to the memory that an upper layer replaces."""
    if "container_resources" in above and "memory_after_oom" in values:
        amounts = above["container_resources"]
        parts = [_get(amounts, part) for part in ("requests", "limits")]
        known = amounts is not None and all(part is None or isinstance(part, Mapping) for part in parts)
        if not known or any("memory" in part for part in parts if part):
            del values["memory_after_oom"]


def joined(keyword: str, above: Any, below: Any) -> Any:
    """Return a keyword's value with a lower layer's beneath it."""
    if is_runtime_value(above) or is_runtime_value(below):
        return above
    if keyword in _MAPS and isinstance(above, Mapping) and isinstance(below, Mapping):
        return {**below, **above}
    if keyword == "container_resources":
        return _joined_resources(above, below)
    if keyword in _LISTS:
        return _joined_list(above, below, _LISTS[keyword])
    return _joined_env(above, below) if keyword == "env_vars" else above


def _joined_resources(above: Any, below: Any) -> Any:
    """Join requests and limits; a lower layer's number gives way where it would contradict the upper layer's."""
    parts = {}
    for part in ("requests", "limits"):
        upper, lower = _get(above, part) or {}, _get(below, part) or {}
        if is_runtime_value(upper) or not isinstance(upper, Mapping) or not isinstance(lower, Mapping):
            return above
        parts[part] = {**lower, **upper}
    for name in list(parts["requests"]):
        if name in parts["limits"] and _exceeds(parts["requests"][name], parts["limits"][name]):
            weaker = "limits" if name in (_get(above, "requests") or {}) else "requests"
            if name not in (_get(above, weaker) or {}):
                del parts[weaker][name]
    claims = _get(above, "claims") or _get(below, "claims")
    return {part: amounts for part, amounts in (parts | {"claims": claims}).items() if amounts}


def _exceeds(request: Any, limit: Any) -> bool:
    try:
        return parse_quantity(str(request)) > parse_quantity(str(limit))
    except ValueError:
        return False


def _joined_env(above: Any, below: Any) -> Any:
    if isinstance(above, Mapping) and isinstance(below, Mapping):
        return {**below, **above}
    return _joined_list(_env_list(above), _env_list(below), _name)


def _env_list(value: Any) -> list[Any]:
    return [{"name": n, "value": v} for n, v in value.items()] if isinstance(value, Mapping) else _as_list(value)


def _joined_list(above: Any, below: Any, name_of: Callable[[Any], object]) -> list[Any]:
    contents = _as_list(above)
    taken = {name_of(content) for content in contents}
    return [content for content in _as_list(below) if name_of(content) not in taken] + contents


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [name.strip() for name in value.split(",")]
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _get(value: Any, *names: str) -> Any:
    for name in names:
        content = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
        if content is not None:
            return content
    return None


def _name(value: Any) -> object:
    return value if isinstance(value, str) else _get(value, "name")


def _secret_name(value: Any) -> object:
    target = _get(value, "name", "mount_path", "deploy_target")
    return target if target is not None else ("all of", _get(value, "secret", "config_map"), _get(value, "prefix"))


def _volume_name(value: Any) -> object:
    return _get(value, "mount_path", "name")


def _toleration_name(value: Any) -> object:
    return _get(value, "key"), _get(value, "effect")


_MAPS: Final = {"annotations", "labels", "node_selector"}
_LISTS: Final[Mapping[str, Callable[[Any], object]]] = {
    "image_pull_secrets": _name,
    "secrets": _secret_name,
    "tolerations": _toleration_name,
    "volumes": _volume_name,
}


def merges(keyword: str) -> bool:
    """Return whether a keyword's layers are joined key by key."""
    return keyword in _MAPS or keyword in ("container_resources", "env_vars")
