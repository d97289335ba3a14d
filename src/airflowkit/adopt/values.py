"""Kubernetes' models as airflowkit's value classes, one function per model; None where there is no equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.models import Arguments, arguments_of, instance, is_none, model_of, only, text_of
from airflowkit.pods.schema.quantities import parse_quantity
from airflowkit.pods.values.resources import GPU, Resources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.adopt.models import Named
    from airflowkit.checks.fixes.syntax import Source

Value = cst.BaseExpression
_VARIABLES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "secret_key_ref": ("V1SecretKeySelector", "SecretEnv", "name", "secret"),
    "config_map_key_ref": ("V1ConfigMapKeySelector", "ConfigMapEnv", "name", "config_map"),
    "field_ref": ("V1ObjectFieldSelector", "FieldEnv", "field_path", "field"),
}
"""A variable's source: its model, our class, and the argument that has another name with us."""
_SETS: Final[Mapping[str, tuple[str, str, str]]] = {
    "secret_ref": ("V1SecretEnvSource", "SecretEnvFrom", "secret"),
    "config_map_ref": ("V1ConfigMapEnvSource", "ConfigMapEnvFrom", "config_map"),
}


def secret(source: Source, value: Value, named: Named) -> Value | None:
    """Return Airflow's `Secret` as one of airflowkit's classes."""
    given = only(arguments_of(source, value, "Secret"), ("deploy_type", "secret"), ("deploy_target", "key", "items"))
    kind = text_of(given.get("deploy_type")) if given else None
    if given is None or kind is None:
        return None
    target, key, name = given.get("deploy_target"), given.get("key"), ("secret", given["secret"])
    if kind == "volume" and target and not key:
        items = [("items", given["items"])] if "items" in given else []
        return instance(named("SecretVolume"), [("", target), name, *items], value)
    if kind != "env" or "items" in given:
        return None
    if target and key:
        return instance(named("SecretEnv"), [("", _capitals(target)), name, ("key", key)], value)
    return None if target or key else instance(named("SecretEnvFrom"), [name], value)


def _capitals(target: Value) -> Value:
    """Return a variable's name as Airflow's `Secret` writes it."""
    text = text_of(target)
    return target if text is None or text == text.upper() else cst.SimpleString(f'"{text.upper()}"')


def pull_secret(source: Source, value: Value, _named: Named) -> Value | None:
    """Return the name of a pull secret."""
    given = only(arguments_of(source, value, "V1LocalObjectReference"), ("name",))
    return given["name"] if given else None


def variable(source: Source, value: Value, named: Named) -> Value | None:
    """Return a variable that Kubernetes fills in."""
    given = only(arguments_of(source, value, "V1EnvVar"), ("name", "value_from"))
    origin = arguments_of(source, given["value_from"], "V1EnvVarSource") if given else None
    if given is None or origin is None or len(origin) != 1:
        return None
    ((kind, selector),) = origin.items()
    if kind not in _VARIABLES:
        return None
    model, ours, theirs, here = _VARIABLES[kind]
    needed = (theirs,) if kind == "field_ref" else (theirs, "key")
    found = only(arguments_of(source, selector, model), needed, () if kind == "field_ref" else ("optional",))
    if found is None:
        return None
    others = [(name, found[name]) for name in ("key", "optional") if name in found]
    return instance(named(ours), [("", given["name"]), (here, found[theirs]), *others], value)


def set_of_variables(source: Source, value: Value, named: Named) -> Value | None:
    """Return a whole Secret or ConfigMap as variables."""
    given = arguments_of(source, value, "V1EnvFromSource") or {}
    kinds = [kind for kind in given if kind in _SETS]
    if len(kinds) != 1 or given.keys() - {kinds[0], "prefix"}:
        return None
    model, ours, here = _SETS[kinds[0]]
    found = only(arguments_of(source, given[kinds[0]], model), ("name",), ("optional",))
    if found is None:
        return None
    others = {"prefix": given.get("prefix"), "optional": found.get("optional")}
    return instance(
        named(ours), [(here, found["name"]), *((name, it) for name, it in others.items() if it is not None)], value
    )


def dictionary(source: Source, value: Value) -> Value | None:
    """Return a list of plain variables as a dictionary, laid out like the list."""
    if not isinstance(value, cst.List) or not value.elements:
        return None
    elements, names = [], set()
    for element in value.elements:
        given = only(arguments_of(source, element.value, "V1EnvVar"), ("name", "value"))
        if given is None:
            return None
        names.add(cst.Module([]).code_for_node(given["name"]))
        elements.append(cst.DictElement(given["name"], given["value"], comma=element.comma))
    if len(names) < len(elements):
        return None
    left = cst.LeftCurlyBrace(value.lbracket.whitespace_after)
    return cst.Dict(elements, lbrace=left, rbrace=cst.RightCurlyBrace(value.rbracket.whitespace_before))


def resources(source: Source, value: Value, named: Named, sizes: Mapping[str, Resources]) -> Value | None:
    """Return requests and limits as `Resources`, or as the name of the size that they are."""
    given = only(arguments_of(source, value, "V1ResourceRequirements"), ("requests",), ("limits",))
    if given is None:
        return None
    amounts = {part: _amounts(table) for part, table in given.items()}
    requests, limits = amounts["requests"], amounts.get("limits", {})
    if requests is None or limits is None:
        return None
    texts = {part: {name: _text(it) for name, it in (table or {}).items()} for part, table in amounts.items()}
    fits = next((name for name, size in sizes.items() if _is_same(texts, size)), None)
    if fits is not None:
        return cst.SimpleString(f'"{fits}"')
    written = _written(requests, limits)
    return instance(named("Resources"), written, value) if written else None


_NAMES: Final = {"cpu": "cpu", "memory": "memory", "ephemeral-storage": "ephemeral_storage"}


def _amounts(table: Value) -> Arguments | None:
    """Return a dictionary of amounts that is written out."""
    if not isinstance(table, cst.Dict):
        return None
    found: Arguments = {}
    for element in table.elements:
        name = text_of(element.key) if isinstance(element, cst.DictElement) else None
        if name is None or name in found or name not in (*_NAMES, GPU):
            return None
        found[name] = element.value
    return found


def _written(requests: Arguments, limits: Arguments) -> list[tuple[str, Value]] | None:
    """Return the arguments of `Resources` for amounts; None where it would say something else."""
    written = []
    for name, ours in _NAMES.items():
        request, limit = requests.get(name), limits.get(name)
        if request is not None:
            written.append((ours, request))
        follows = name != "cpu"  # the limit is the request, unless given
        if limit is None:
            if request is not None and follows:
                return None
        elif not (follows and request is not None and _text(request) == _text(limit)):
            written.append((f"{ours}_limit", limit))
    gpu, most = requests.get(GPU), limits.get(GPU)
    if gpu is not None or most is not None:
        if gpu is None or most is None or _text(gpu) != _text(most):
            return None
        written.append(("gpu", cst.Integer(str(text_of(gpu))) if text_of(gpu) is not None else gpu))
    return written


def _text(value: Value) -> str:
    """Return an amount as text: a literal's own, anything else as it is written."""
    text = text_of(value)
    return cst.Module([]).code_for_node(value) if text is None else text


def _is_same(texts: Mapping[str, Mapping[str, str]], size: Resources) -> bool:
    try:
        ours = {part: {n: parse_quantity(str(it)) for n, it in table.items()} for part, table in size.build().items()}
        theirs = {part: {n: parse_quantity(it) for n, it in table.items()} for part, table in texts.items()}
    except ValueError:
        return False
    return ours == {part: table for part, table in theirs.items() if table}


def volume(source: Source, value: Value, mounts: Value, named: Named) -> Value | None:
    """Return a volume with its one mount as one of airflowkit's classes."""
    given = arguments_of(source, value, "V1Volume") or {}
    mount = only(arguments_of(source, mounts, "V1VolumeMount"), ("name", "mount_path"), ("sub_path", "read_only"))
    kinds = [kind for kind in given if kind != "name"]
    if mount is None or len(kinds) != 1 or kinds[0] not in _VOLUMES:
        return None
    model, ours, names, always_read_only = _VOLUMES[kinds[0]]
    needed = tuple(name for name, _here in names[:1] if kinds[0] != "empty_dir")
    found = only(arguments_of(source, given[kinds[0]], model), needed, tuple(name for name, _here in names))
    if found is None:
        return None
    written: list[tuple[str, Any]] = [("", mount["mount_path"])]
    written += [(here, found[name]) for name, here in names if name in found]
    written += [("sub_path", mount["sub_path"])] if "sub_path" in mount else []
    is_read_only = mount.get("read_only")
    if always_read_only:
        if not (isinstance(is_read_only, cst.Name) and is_read_only.value == "True"):
            return None
    elif is_read_only is not None and not (isinstance(is_read_only, cst.Name) and is_read_only.value == "False"):
        written.append(("read_only", is_read_only))
    if kinds[0] == "empty_dir" and {name for name, _value in written} & {"read_only", "sub_path"}:
        return None
    return instance(named(ours), written, mounts)


_VOLUMES: Final[Mapping[str, tuple[str, str, tuple[tuple[str, str], ...], bool]]] = {
    "persistent_volume_claim": (
        "V1PersistentVolumeClaimVolumeSource",
        "ClaimVolume",
        (("claim_name", "claim"),),
        False,
    ),
    "empty_dir": (
        "V1EmptyDirVolumeSource",
        "EmptyDirVolume",
        (("size_limit", "size_limit"), ("medium", "medium")),
        False,
    ),
    "secret": (
        "V1SecretVolumeSource",
        "SecretVolume",
        (("secret_name", "secret"), ("default_mode", "mode"), ("optional", "optional")),
        True,
    ),
    "config_map": (
        "V1ConfigMapVolumeSource",
        "ConfigMapVolume",
        (("name", "config_map"), ("default_mode", "mode"), ("optional", "optional")),
        True,
    ),
}
"""A volume's source: its model, our class, the arguments' names there and here, and whether it is read-only."""


def name_of(source: Source, value: Value) -> str | None:
    """Return the name of a volume, or of the volume of a mount, if it is written out."""
    model = model_of(source, value)
    given = arguments_of(source, value, model) if model in ("V1Volume", "V1VolumeMount") else None
    name = (given or {}).get("name")
    return None if name is None or is_none(name) else text_of(name)
