"""What each pod of a task is made from: one for a plain task, one for each known element of a mapped one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from airflowkit.checks.model.pod_arguments import converts, received
from airflowkit.checks.model.pod_view import MOST_ELEMENTS, operator_class
from airflowkit.pods.expansion import elements, is_mapped, of_element
from airflowkit.pods.schema.jinja import RUNTIME
from airflowkit.pods.spec.keywords import KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.pods.expansion import Element


@dataclass(frozen=True, slots=True)
class GivenPod:
    """What a pod is made from.

    Attributes:
        keywords: What reaches `KubernetesPodOperator`, including what comes from `default_args`.
        operator: The operator, where there is one.
        index: Its map index, if it is known.
    """

    keywords: Mapping[str, Any]
    operator: Any = None
    index: int | None = None


def given_pods(task: Any) -> Iterator[GivenPod]:
    """Yield what each pod of a task is made from, as far as it is known when the DAG is parsed."""
    if not is_mapped(task):
        yield GivenPod(received(task), task)
        return
    known = islice(elements(task), MOST_ELEMENTS)
    if converts(operator_class(task)):
        yield from filter(None, (_converted(task, element) for element in known))
        return
    from airflowkit.pods.spec.layers import airflow_defaults  # noqa: PLC0415  only for files with pods

    shared = {**airflow_defaults(task.dag, task.task_group), **task.partial_kwargs}
    for element in known:
        unknown = dict.fromkeys(element.unknown if element.complete else ("image",), RUNTIME)
        yield GivenPod({**unknown, **shared, **element.keywords}, index=element.index)


def _converted(task: Any, element: Element) -> GivenPod | None:
    """Return what an operator of the repository's own makes of an element; None if other tasks may decide anything."""
    if not element.complete or any(name not in KEYWORDS for name in element.unknown):
        return None
    try:
        operator = of_element(task, element)
    except Exception:  # noqa: BLE001  operators raise anything, here for want of a value that the run brings
        return None
    return GivenPod({**received(operator), **dict.fromkeys(element.unknown, RUNTIME)}, operator, element.index)
