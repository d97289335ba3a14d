"""Which tasks run in pods, and the operators that a mapped one becomes, as far as its elements are known at parse."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STAND_IN: Final = "from-template"
"""What a template becomes where Kubernetes takes none, as in a name."""
_NO_POD: Final = frozenset({"SparkKubernetesOperator"})
"""Operators that have the pod operator's arguments, and hand another controller a manifest instead of a pod."""
_SET_LATER: Final = ("is_setup", "is_teardown", "on_failure_fail_dagrun")
"""Arguments of a mapped task that Airflow's `unmap` sets on the operator that it has made."""
_TEXTS: Final = ("image", "name", "namespace", "hostname")


@dataclass(frozen=True, slots=True)
class Element:
    """What one of a mapped task's operators is given besides what they have in common.

    Attributes:
        keywords: What is known of it.
        unknown: Keywords whose values other tasks give.
        complete: Whether there are no other keywords; where a task gives whole elements, there may be any.
        index: Its map index, where no task's output decides that.
    """

    keywords: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    complete: bool = True
    index: int | None = None


def elements(task: Any) -> Iterator[Element]:
    """Yield the elements of a mapped task in the order of Airflow's map index; at least one, known or not."""
    yield from elements_of(task.expand_input.value)


def elements_of(mapped: Any) -> Iterator[Element]:
    """Yield the elements of what a task is mapped over."""
    if isinstance(mapped, dict):
        yield from _combined(mapped)
    elif _is_literal(mapped):
        for index, keywords in enumerate(mapped):
            yield Element(keywords, index=index) if isinstance(keywords, dict) else Element(complete=False, index=index)
    else:
        yield Element(complete=False)


def of_element(task: Any, element: Element) -> Any:
    """Return the operator that a mapped task makes of an element; texts that are not known yet have a stand-in."""
    stand_ins = {name: STAND_IN for name in element.unknown if name in _TEXTS}
    if not element.complete and "image" not in task.partial_kwargs:
        stand_ins["image"] = STAND_IN
    place = {"dag": task.dag, "task_group": task.task_group, "task_id": task.task_id}
    keywords = {**task.partial_kwargs, **stand_ins, **element.keywords, **_of_function(task)}
    for flag in _SET_LATER:
        keywords.pop(flag, None)
    return task.operator_class(**place, **keywords, _airflow_from_mapped=True)


def _of_function(task: Any) -> dict[str, Any]:
    """Return what a decorated task gives its operator besides: it is mapped over its function's arguments."""
    mapped = getattr(task, "op_kwargs_expand_input", None)
    if mapped is None:
        return {}
    first = next(elements_of(mapped.value))
    arguments = {**task.partial_kwargs.get("op_kwargs", {}), **dict.fromkeys(first.unknown), **first.keywords}
    return {"python_callable": task.python_callable, "op_kwargs": arguments}


def of_first_element(operator: Any) -> Any:
    """Return the operator itself, or the one that a mapped task makes of what is known of its first element."""
    return of_element(operator, next(elements(operator))) if is_mapped(operator) else operator


def is_pod(task: Any) -> bool:
    """Return whether a task, mapped or not, runs in a pod of its own."""
    operator: Any = getattr(task, "operator_class", type(task))
    return _makes_pods(operator)


@lru_cache(maxsize=256)
def _makes_pods(operator: Any) -> bool:
    """Return that by the names of the class and its bases, so as not to import the operator for DAGs without pods."""
    names = {cls.__name__ for cls in operator.__mro__}
    return "KubernetesPodOperator" in names and not names & _NO_POD


def is_mapped(task: Any) -> bool:
    """Return whether Airflow makes a task's operators only during the run."""
    return hasattr(task, "partial_kwargs")  # `is_mapped` came with Airflow 3


def argument(task: Any, name: str, default: Any = None) -> Any:
    """Return an argument of a task: of a mapped one, what all its operators have in common, or the default."""
    return task.partial_kwargs.get(name, default) if is_mapped(task) else getattr(task, name, default)


_PLACES: Final = frozenset({"dag", "task_group", "default_args"})
"""Where a task belongs, and defaults: the defaults that an operator takes are among its own arguments."""


def arguments_of(operator: Any) -> dict[str, Any]:
    """Return what an operator was given, or what all operators of a mapped task are."""
    given = getattr(operator, "partial_kwargs", None) or getattr(operator, "_BaseOperator__init_kwargs", {})
    return {name: value for name, value in given.items() if name not in _PLACES}


def _combined(mapped: Mapping[str, Any]) -> Iterator[Element]:
    """Yield each with each, the last keyword's values the fastest, as Airflow counts them."""
    known = {name: values for name, values in mapped.items() if _is_literal(values)}
    unknown = tuple(name for name in mapped if name not in known)
    for index, values in enumerate(product(*known.values())):
        yield Element(dict(zip(known, values, strict=True)), unknown, index=None if unknown else index)


def _is_literal(values: Any) -> bool:
    """Return whether that is a list with its elements, and not the output of a task."""
    return isinstance(values, (list, tuple)) and bool(values)
