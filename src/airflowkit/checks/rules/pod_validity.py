"""AK408: what Kubernetes refuses or drops, by the validation that `pod_task` uses."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.findings import Fault
from airflowkit.checks.model.pod_rule import merged
from airflowkit.checks.model.pod_view import MOST_ELEMENTS, is_checked
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.pods.expansion import elements, is_mapped, is_pod
from airflowkit.pods.schema.jinja import RUNTIME, is_runtime_value
from airflowkit.pods.spec.keywords import DEAD, POD_OPERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.errors import Problem

_KNOWN: Final[dict[bytes, tuple[Problem, ...]]] = {}
"""Results of earlier pods: those of a folder are often alike, and checking one costs as much as building it."""
_MOST_KNOWN: Final = 4096


@task_rule("AK408", "pod-refused")
def pod_refused(task: TaskSubject) -> Iterator[Fault]:
    """Checks each pod as Kubernetes does, and for what Kubernetes silently drops.

    ## Why it matters
    `KubernetesPodOperator` accepts almost anything. What the API server rejects fails when the task runs; what it
    drops, such as a misspelt key, never fails at all.

    ## How to fix it
    The message names the argument, and the hint what to write instead. `pod_task` makes the same checks when the DAG is
    parsed.
    """
    if not is_pod(task.task) or is_checked(task.task):
        return
    yield from merged(
        (index, [Fault(f"{it.field}: {it.reason}", it.hint) for it in _problems(task, keywords)])
        for index, keywords in operator_keywords(task.task)
    )


RULES: Final = (pod_refused,)


def _problems(task: TaskSubject, given: Mapping[str, Any]) -> tuple[Problem, ...]:
    from airflowkit.errors import PodSpecError
    from airflowkit.pods.spec.checked_pod import checked_pod
    from airflowkit.pods.spec.operator_call import settings_of

    template = given.get("pod_template_file")
    if isinstance(template, str) and template and not is_runtime_value(template) and not Path(template).is_file():
        return ()  # `pod-template-missing` reports it; everything else depends on what it contains
    keywords = {name: value for name, value in given.items() if name in POD_OPERATOR and name not in DEAD}
    settings = replace(settings_of(task.dag), pod_layers=())  # a plain operator gets none of them
    key = _key_of(keywords)
    if key in _KNOWN:
        return _KNOWN[key]
    try:
        checked_pod(keywords, {}, settings, coerce=False)
        problems: tuple[Problem, ...] = ()
    except PodSpecError as error:
        problems = error.problems
    if key and len(_KNOWN) < _MOST_KNOWN:
        _KNOWN[key] = problems
    return problems


def _key_of(keywords: Mapping[str, Any]) -> bytes:
    """Return the same bytes for the same keywords, or none if they cannot be compared."""
    try:
        return pickle.dumps(keywords)
    except Exception:  # noqa: BLE001  foreign objects raise any exception
        return b""


def operator_keywords(task: Any) -> Iterator[tuple[int | None, Mapping[str, Any]]]:
    """Yield the keywords of an operator, including those from `default_args`.

    For a mapped task, yield those of each element that is known, with its map index.
    """
    if not is_mapped(task):
        yield None, dict(getattr(task, "_BaseOperator__init_kwargs", {}))
        return
    from airflowkit.pods.spec.layers import airflow_defaults

    shared = {**airflow_defaults(task.dag, task.task_group), **task.partial_kwargs}
    for element in islice(elements(task), MOST_ELEMENTS):
        unknown = dict.fromkeys(element.unknown if element.complete else ("image",), RUNTIME)
        yield element.index, {**unknown, **shared, **element.keywords}
