"""A task's pod as rules see it: the few things that policies ask for, read without building the pod.

Building a pod costs milliseconds, more than importing the file; only pods that come from a template are built,
and the operators that mapped tasks expand to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

TEMPLATES: Final = ("pod_template_file", "pod_template_dict", "full_pod_spec")


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
    """Return whether an argument is known when the DAG is parsed: of a mapped task, that of its first element."""
    arguments = getattr(task, "partial_kwargs", None)
    if arguments is None:
        return True
    mapped = task.expand_input.value
    if isinstance(mapped, Mapping):
        return name not in mapped or isinstance(mapped[name], (list, tuple))
    return _first(mapped) is not None or arguments.get(name) is not None


def first_keywords(task: Any) -> Mapping[str, Any]:
    """Return what is known of the keywords that a mapped task's first element adds to its own."""
    mapped = task.expand_input.value
    if isinstance(mapped, Mapping):
        lists = {name: values for name, values in mapped.items() if isinstance(values, (list, tuple))}
        return {name: values[0] for name, values in lists.items() if values}
    return _first(mapped) or {}


def judged_pod(task: Any) -> Any:
    """Return the operator whose pod stands for a task's: of a mapped task, that of its first element.

    None where the task has no pod of its own, and where the operator cannot be made of what is known.
    """
    if not is_pod(task):
        return None
    if getattr(task, "partial_kwargs", None) is None or hasattr(task, "op_kwargs_expand_input"):
        return task  # what a decorated task is mapped over are its function's arguments, not the pod's
    from airflowkit.pods.render import of_first_element  # noqa: PLC0415  few DAGs have mapped pods

    try:
        return of_first_element(task)
    except Exception:  # noqa: BLE001  operators refuse in their own ways; `pod-refused` tells of what Kubernetes refuses
        return None


def from_template(task: Any) -> bool:
    """Return whether the pod comes from a template, which may say what the arguments do not."""
    return any(argument(task, name) for name in TEMPLATES)


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


def _first(elements: Any) -> Mapping[str, Any] | None:
    """Return the first of the dictionaries that `expand_kwargs` was given, if it is known."""
    first = elements[0] if isinstance(elements, (list, tuple)) and elements else None
    return first if isinstance(first, Mapping) else None
