"""A task's pod as rules see it: the few things that policies ask for, read without building the pod.

Building a pod costs milliseconds, more than importing the file; only pods that come from a template are built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

_TEMPLATES: Final = ("pod_template_file", "pod_template_dict", "full_pod_spec")
_MAPPED: Final = object()


def is_pod(task: Any) -> bool:
    """Return whether a task, mapped or not, runs in a pod of its own."""
    return "KubernetesPodOperator" in class_names(operator_class(task))


def is_checked(task: Any) -> bool:
    """Return whether `pod_task` made it, so that its pod is checked already."""
    return "CheckedPodOperator" in class_names(operator_class(task))


@lru_cache(maxsize=256)
def class_names(operator: Any) -> frozenset[str]:
    """Return the names of a class and its bases: they tell operators apart without importing them."""
    return frozenset(cls.__name__ for cls in operator.__mro__)


def operator_class(task: Any) -> type:
    """Return the class that does the work."""
    return getattr(task, "operator_class", type(task))


def argument(task: Any, name: str, default: Any = None) -> Any:
    """Return an argument of a task; the default where it is mapped and so not known yet."""
    arguments = getattr(task, "partial_kwargs", None)
    if arguments is None:
        return getattr(task, name, default)
    return arguments.get(name, default)


def is_known(task: Any, name: str) -> bool:
    """Return whether an argument is known when the DAG is parsed: of mapped tasks, those that are not mapped."""
    if getattr(task, "partial_kwargs", None) is None:
        return True
    mapped = getattr(task.expand_input, "value", None)
    return isinstance(mapped, Mapping) and name not in mapped


def from_template(task: Any) -> bool:
    """Return whether the pod comes from a template, which may say what the arguments do not."""
    return any(argument(task, name) for name in _TEMPLATES)


def field(thing: Any, name: str) -> Any:
    """Return a field of a Kubernetes object, or of a dictionary in Kubernetes' or Python's spelling."""
    if isinstance(thing, Mapping):
        head, *rest = name.split("_")
        return thing.get(name, thing.get(head + "".join(word.title() for word in rest)))
    return getattr(thing, name, None)


def environment(task: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each plain environment variable."""
    variables = argument(task, "env_vars")
    if isinstance(variables, Mapping):
        yield from variables.items()
    elif isinstance(variables, (list, tuple)):
        yield from ((str(field(it, "name")), field(it, "value")) for it in variables)


def request(task: Any, resource: str, kind: str = "requests") -> str | None:
    """Return what a pod requests of a resource, or its limit."""
    values = field(argument(task, "container_resources"), kind)
    value = values.get(resource) if isinstance(values, Mapping) else None
    return None if value is None else str(value)
