"""airflowkit's value classes as plain ones: each class builds its part of a manifest, which is written as models."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.calls import has_comments
from airflowkit.adopt.models import instance
from airflowkit.eject.written import Code, expression_of, value_of
from airflowkit.pods.schema.models import PARTS
from airflowkit.pods.spec.env_and_volumes import VALUE_CLASSES
from airflowkit.pods.spec.shorthands import sizes_of
from airflowkit.pods.values.env import SecretEnv, SecretEnvFrom
from airflowkit.pods.values.resources import Resources
from airflowkit.pods.values.volumes import SecretVolume

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflowkit.settings import Settings

CLASSES: Final[Mapping[str, Any]] = {cls.__name__: cls for cls in (*VALUE_CLASSES, Resources)}
NATURAL: Final[Mapping[str, str]] = {
    "env_vars": "env",
    "pod_runtime_info_envs": "env",
    "env_from": "envFrom",
    "volumes": "volumes",
    "volume_mounts": "volumeMounts",
}
"""The list of the pod of which a keyword takes elements as they are."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What a value class becomes.

    Attributes:
        parts: Its elements by the pod's list that they belong to.
        secret: The same as Airflow's `Secret`; None if that cannot say it.
    """

    parts: Mapping[str, cst.BaseExpression]
    secret: cst.BaseExpression | None = None

    def alone(self) -> cst.BaseExpression | None:
        """Return the one expression that it can be anywhere, if there is one."""
        if self.secret is not None:
            return self.secret
        return next(iter(self.parts.values())) if len(self.parts) == 1 else None


def plain(cls: Any, call: cst.Call, number: int) -> Plain | None:
    """Return what a call of a value class becomes; None if its arguments are not known.

    Args:
        cls: The class.
        call: The call.
        number: Tells apart the names of volumes whose source only the run of the file knows.
    """
    given = arguments(cls, call)
    if given is None or has_comments(call):
        return None
    parts = cls(**given).build()
    for volume, mount in zip(parts.get("volumes", ()), parts.get("volumeMounts", ()), strict=True):
        if any(isinstance(it, Code) and it in volume["name"] for it in given.values()):
            volume["name"] = mount["name"] = f"{volume['name'].partition('-')[0]}-{number}"
    written = {part: expression_of(content[0], PARTS[part][0]) for part, content in parts.items()}
    return Plain(written, _secret(cls, given, call))


def arguments(
    cls: Any, call: cst.Call, value: Callable[[cst.BaseExpression, int], Any] = value_of
) -> dict[str, Any] | None:
    """Return what a class is called with, by the names of its attributes.

    Args:
        cls: The class.
        call: The call.
        value: Returns what an argument is, by its expression and its place.
    """
    names = [field.name for field in fields(cls)]
    found: dict[str, Any] = {}
    for place, arg in enumerate(call.args):
        if arg.star or (arg.keyword is None and place >= len(names)):
            return None
        found[arg.keyword.value if arg.keyword else names[place]] = value(arg.value, place)
    needed = {field.name for field in fields(cls) if field.default is MISSING and field.default_factory is MISSING}
    return found if needed <= found.keys() <= set(names) else None


def _secret(cls: Any, given: Mapping[str, Any], like: cst.Call) -> cst.BaseExpression | None:
    """Return Airflow's `Secret` for what it can say: it writes variables in capitals, and takes no other options."""
    if cls is SecretEnv and given.keys() == {"name", "secret", "key"}:
        name = given["name"]
        if isinstance(name, Code) or name != str(name).upper() or not str(name).isidentifier():
            return None
        return _made(["env", name, given["secret"], given["key"]], like)
    if cls is SecretEnvFrom and given.keys() == {"secret"}:
        return _made(["env", None, given["secret"]], like)
    if cls is SecretVolume and given.keys() == {"mount_path", "secret"}:
        return _made(["volume", given["mount_path"], given["secret"]], like)
    return None


def _made(given: list[Any], like: cst.Call) -> cst.BaseExpression:
    return instance(cst.Name("Secret"), [("", expression_of(it)) for it in given], like)


def amounts(value: cst.BaseExpression, settings: Settings, *, is_class: bool) -> Amounts | None:
    """Return `resources` as a model; None if it is something that only the run of the file knows."""
    given: Mapping[str, Any] | None = None
    known = value_of(value)
    if is_class and isinstance(value, cst.Call):
        given = arguments(Resources, value)
    elif isinstance(known, dict):
        given = known
    elif isinstance(known, str):
        given = sizes_of(settings).get(known)
    if given is None or has_comments(value) or given.keys() - {field.name for field in fields(Resources)}:
        return None
    built = Resources(**given).build(settings.gpu.resource)
    return Amounts(expression_of(built, "V1ResourceRequirements"), given.get("memory_after_oom") is not None)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What `Resources` become.

    Attributes:
        model: The model.
        had_steps: Whether they had a `memory_after_oom`, which plain Airflow does not have.
    """

    model: cst.BaseExpression
    had_steps: bool
