"""A task's pod as rules see it: the few fields that policies are about, read without building the pod.

Building a pod takes milliseconds, longer than importing the file; only pods from a template are built, and the
operators that mapped tasks expand to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import signature
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.expansion import argument, elements, is_mapped, is_pod, of_element
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.pods.spec.keywords import TEMPLATES
from airflowkit.stand_ins.marks import is_stand_in

if TYPE_CHECKING:
    from airflowkit.pods.expansion import Element
    from airflowkit.setting_sections import Check

MOST_ELEMENTS: Final = 32
"""How many elements of a mapped task are judged; each costs as much as a task, and long lists are generated."""
UNDECIDED: Final = object()


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod for rules to judge.

    Attributes:
        operator: The operator that starts it; of a mapped task, the expanded one.
        options: The `[check]` settings.
        shared: The arguments that all pods of its mapped task have in common.
        element: The element of the mapped task, or None.
    """

    operator: Any
    options: Check
    shared: Mapping[str, Any] = field(default_factory=dict)
    element: Element | None = None

    def argument(self, name: str, default: Any = None) -> Any:
        """Return an argument of the operator."""
        return argument(self.operator, name, default)

    def knows(self, name: str) -> bool:
        """Return whether an argument is known, and does not come from a template or another task's output."""
        template = any(self.argument(template) for template in TEMPLATES)
        return not template and self.is_given(name) and not is_runtime_value(self.argument(name))

    def hint(self, ours: str, theirs: str) -> str:
        """Return what to do: with `pod_task`, or where a subclass of the pod operator does the work, without it."""
        by_name = {"KubernetesPodOperator", "CheckedPodOperator"}
        return ours if operator_class(self.operator).__name__ in by_name else theirs

    def is_given(self, name: str) -> bool:
        """Return whether the elements of a mapped task leave nothing open of an argument."""
        element = self.element
        if element is None:
            return True
        return name not in element.unknown and (element.complete or self.shared.get(name) is not None)


def is_checked(task: Any) -> bool:
    """Return whether `pod_task` made a task, so that its pod has been checked."""
    return "CheckedPodOperator" in class_names(operator_class(task))


@lru_cache(maxsize=256)
def class_names(operator: Any) -> frozenset[str]:
    """Return the names of a class and its bases, which identify operators without importing them."""
    return frozenset(cls.__name__ for cls in operator.__mro__)


def operator_class(task: Any) -> type:
    """Return the class that does the work."""
    return getattr(task, "operator_class", type(task))


def effective(task: Any, name: str) -> Any:
    """Return the value of an argument of a task: as given, from `default_args`, or the operator's own default.

    `UNDECIDED` if the elements of a mapped task may decide it.
    """
    if not is_mapped(task):
        return getattr(task, name, None)
    arguments, mapped = task.partial_kwargs, task.expand_input.value
    if not isinstance(mapped, Mapping) or name in mapped:
        return UNDECIDED
    defaults = {**_defaults(operator_class(task)), **(arguments.get("default_args") or {})}
    return arguments.get(name, defaults.get(name))


@lru_cache(maxsize=256)
def _defaults(operator: Any) -> Mapping[str, Any]:
    """Return the default arguments of an operator's class and its bases."""
    constructors = [vars(cls)["__init__"] for cls in reversed(operator.__mro__) if "__init__" in vars(cls)]
    parameters = (parameter for it in constructors for parameter in signature(it).parameters.values())
    return {it.name: it.default for it in parameters if it.default is not it.empty}


def pods_of(task: Any, options: Check) -> tuple[Pod, ...]:
    """Return the pods of a task: none, one, or for a mapped task one for each element that is known at parse time."""
    if not is_pod(task):
        return ()
    if not is_mapped(task) or hasattr(task, "op_kwargs_expand_input"):
        return (Pod(task, options),)  # a decorated task is mapped over its function's arguments, not the pod's
    made = (_pod_of(task, element, options) for element in islice(elements(task), MOST_ELEMENTS))
    return tuple(pod for pod in made if pod)


def field_of(thing: Any, name: str) -> Any:
    """Return a field of a Kubernetes object, or of a dictionary in Kubernetes' or Python's spelling."""
    if isinstance(thing, Mapping):
        head, *rest = name.split("_")
        return thing.get(name, thing.get(head + "".join(word.title() for word in rest)))
    return getattr(thing, name, None)


def environment(pod: Pod) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each plain environment variable."""
    variables = pod.argument("env_vars")
    if isinstance(variables, Mapping):
        yield from ((str(name), value) for name, value in variables.items())
    elif isinstance(variables, (list, tuple)):
        yield from ((str(field_of(it, "name")), field_of(it, "value")) for it in variables)


def request(pod: Pod, resource: str, kind: str = "requests") -> str | None:
    """Return a pod's request of a resource, or its limit."""
    resources = pod.argument("container_resources")
    values = resources if is_stand_in(resources) else field_of(resources, kind)
    value = values.get(resource) if isinstance(values, Mapping) or is_stand_in(values) else None
    return None if value is None else str(value)


def _pod_of(task: Any, element: Element, options: Check) -> Pod | None:
    try:
        return Pod(of_element(task, element), options, task.partial_kwargs, element)
    except Exception:  # noqa: BLE001  operators raise anything; `mapped-task-refused` reports it
        return None
