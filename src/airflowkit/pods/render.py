"""An operator's pod as the API gets it: offline, the same bytes at every call."""

from __future__ import annotations

import copy
import logging
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import yaml

from airflowkit.errors import PodSpecError, Problem
from airflowkit.pods.expansion import STAND_IN, of_first_element
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.pods.schema.models import to_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

_QUIET: Final = logging.getLogger(f"{__name__}.provider")
_QUIET.setLevel(logging.WARNING)
_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FREE_TEXT: Final = {"annotations", "args", "command", "value", "subPath", "subPathExpr", "workingDir"}
_WHOLE: Final = ("env_vars", "env_from", "volumes", "volume_mounts", "configmaps", "node_selector", "labels")
_SENT_EMPTY: Final = {
    "affinity",
    "annotations",
    "args",
    "command",
    "env",
    "envFrom",
    "hostNetwork",
    "imagePullSecrets",
    "initContainers",
    "labels",
    "nodeSelector",
    "ports",
    "securityContext",
    "tolerations",
    "volumeMounts",
    "volumes",
}
"""What the operator sends even where nothing was said."""
_AMOUNTS: Final = {"limits", "requests", "sizeLimit"}


class _NoConnection:
    """Replaces the operator's hook, which would look up a connection in Airflow's database."""

    is_in_cluster = True

    def __getattr__(self, name: str) -> Any:
        return lambda: None


def render_pod(operator: Any) -> dict[str, Any]:
    """Return the manifest of an operator's pod.

    Templates stay as they are where Kubernetes takes any text, and become a stand-in where it takes only a name or
    an amount. The random end of the pod's name is left out, and so is a namespace that only the connection knows.

    Args:
        operator: A `KubernetesPodOperator`, or the mapped task of one: its pod is shown for the first element known.

    Raises:
        PodSpecError: The plain operator cannot build a pod from its arguments; `pod_task` refuses them earlier.

    Examples:
        >>> from airflowkit import pod_task
        >>> render_pod(pod_task("hello", image="busybox:1.36"))["spec"]["containers"][0]["image"]
        'busybox:1.36'
    """
    try:
        return dict(_plain(built_pod(of_first_element(operator)), ()))
    except Exception as error:  # the provider refuses in its own ways
        reason, hint = f"the operator cannot build it: {error}", "see airflowkit check"
        raise PodSpecError([Problem("pod", "", reason, hint, operator.dag_id, operator.task_id)]) from error


def render_pods(operators: Iterable[Any]) -> str:
    """Return the manifests of operators' pods as YAML documents that `kubectl` takes, in the order of their tasks' ids.

    Raises:
        PodSpecError: As for `render_pod`.
    """
    return _to_yaml([render_pod(operator) for operator in sorted(operators, key=lambda operator: operator.task_id)])


def built_pod(operator: Any) -> dict[str, Any]:
    """Return the manifest of an operator's pod with templates as they are, and without what `undecided` names.

    It has no namespace where only the connection knows it. What the operator cannot build, it refuses in its own way.
    """
    clone = copy.copy(operator)
    namespace = clone.namespace
    clone.__dict__ |= {
        "hook": _NoConnection(),
        "random_name_suffix": False,
        "namespace": namespace or "default",
    }
    clone.__dict__["name"] = _pod_name(clone)
    cls: Any = type(clone)
    clone.__class__ = _quiet(cls)
    for field in undecided(operator):
        clone.__dict__[field] = []
    manifest: dict[str, Any] = to_manifest(clone.build_pod_request_obj(dry_run=True))
    if not namespace:
        manifest["metadata"].pop("namespace", None)
    return manifest


def undecided(operator: Any) -> list[str]:
    """Return the arguments of which the run decides the whole value: another task's output, or a template."""
    return [field for field in _WHOLE if is_runtime_value(getattr(operator, field))]


@cache
def _quiet(cls: Any) -> Any:
    """Return an operator's class without its log messages, which would be printed among the manifests."""
    return type(cls)(cls.__name__, (cls,), {"log": _QUIET, "__module__": cls.__module__})


def _pod_name(operator: Any) -> str | None:
    """Return the pod's name as the operator settles it when it runs, or None where it makes one of the task's id."""
    name = operator.name
    if not name or is_runtime_value(name):
        return None
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")


def _plain(value: Any, path: tuple[str | int, ...]) -> Any:
    """Return a manifest with nothing in it but text, numbers, lists and dictionaries."""
    if isinstance(value, dict):
        contents = {key: _plain(inner, (*path, key)) for key, inner in value.items()}
        return {key: inner for key, inner in contents.items() if inner or key not in _SENT_EMPTY}
    if isinstance(value, list):
        return [_plain(inner, (*path, index)) for index, inner in enumerate(value)]
    if is_runtime_value(value):
        return str(value) if _FREE_TEXT & set(path) else _stood_in(str(value), path)
    if value is not None and not isinstance(value, (str, int, float)):
        raise TypeError(f"{'.'.join(map(str, path))} = {value!r} is neither text nor a number")
    return value


def _stood_in(text: str, path: tuple[str | int, ...]) -> str:
    return "1Gi" if _AMOUNTS & set(path) else _TEMPLATE.sub(STAND_IN, text)


class _Dumper(yaml.SafeDumper):
    """Writes multi-line text as block literals."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


def _to_yaml(manifests: list[dict[str, Any]]) -> str:
    """Return manifests as YAML documents that `kubectl` takes."""
    return yaml.dump_all(manifests, Dumper=_Dumper, sort_keys=False, explicit_start=True, allow_unicode=True)
