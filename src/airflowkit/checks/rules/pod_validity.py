"""AK408: what Kubernetes refuses or drops, by the validation that `pod_task` uses."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.findings import Fault
from airflowkit.checks.model.given_pods import given_pods
from airflowkit.checks.model.pod_arguments import builds_its_own_pod, setter
from airflowkit.checks.model.pod_rule import merged
from airflowkit.checks.model.pod_view import is_checked
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.errors import PodSpecError
from airflowkit.pods.expansion import argument, is_pod
from airflowkit.pods.schema.jinja import Rendering, is_runtime_value
from airflowkit.pods.spec.keywords import DEAD, POD_OPERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.checks.model.given_pods import GivenPod
    from airflowkit.errors import Problem

_KNOWN: Final[dict[bytes, tuple[Problem, ...]]] = {}
"""Results of earlier pods: those of a folder are often alike, and checking one costs as much as building it."""
_MOST_KNOWN: Final = 4096


@task_rule("AK408", "pod-refused")
def pod_refused(task: TaskSubject) -> Iterator[Fault]:
    """Checks each pod as Kubernetes does, and for what Kubernetes silently drops.

    ## Why it matters
    `KubernetesPodOperator` accepts almost anything. What the API server rejects fails when the task runs; what it
    drops, such as a misspelt key, never fails at all. An operator of your own that converts its arguments is judged by
    what it hands on to `KubernetesPodOperator`.

    ## How to fix it
    The message names the argument, and the hint what to write instead. `pod_task` makes the same checks when the DAG is
    parsed.
    """
    if not is_pod(task.task) or is_checked(task.task):
        return
    yield from merged(
        (given.index, [_fault(problem, given.operator) for problem in _problems(task, given)])
        for given in given_pods(task.task)
    )


RULES: Final = (pod_refused,)


def _fault(problem: Problem, operator: Any) -> Fault:
    """Return a problem as a fault; where a class of the repository's own set the value, it says so."""
    keyword = problem.field.partition(".")[0].partition("[")[0]
    by = setter(operator, keyword) if operator is not None and keyword in POD_OPERATOR else ""
    return Fault(f"{problem.field}: {problem.reason}{f' (set by {by})' if by else ''}", problem.hint)


def _problems(task: TaskSubject, given: GivenPod) -> tuple[Problem, ...]:
    from airflowkit.pods.spec.checked_pod import checked_pod
    from airflowkit.pods.spec.operator_call import settings_of

    settings = replace(settings_of(task.dag), pod_layers=())  # a plain operator gets none of them
    if given.operator is not None and builds_its_own_pod(type(given.operator)):
        return _problems_of_built(given.operator, settings.kubernetes.version)
    template = given.keywords.get("pod_template_file")
    if isinstance(template, str) and template and not is_runtime_value(template) and not Path(template).is_file():
        return ()  # `pod-template-missing` reports it; everything else depends on what it contains
    keywords = {name: value for name, value in given.keywords.items() if name in POD_OPERATOR and name not in DEAD}
    rendering = Rendering.of(task.dag, argument(task.task, "render_template_as_native_obj"))
    key = _key_of((rendering.native, keywords))
    if key in _KNOWN:
        return _KNOWN[key]
    try:
        checked_pod(keywords, {}, settings, rendering=rendering, coerce=False)
        problems: tuple[Problem, ...] = ()
    except PodSpecError as error:
        problems = error.problems
    if key and len(_KNOWN) < _MOST_KNOWN:
        _KNOWN[key] = problems
    return problems


def _problems_of_built(operator: Any, version: str | None) -> tuple[Problem, ...]:
    """Return what is wrong with the pod of an operator that builds it itself; nothing if only a run can build it."""
    from airflowkit.pods.render import render_pod
    from airflowkit.pods.validation.pod import pod_problems

    try:
        manifest = render_pod(operator)
    except PodSpecError:
        return ()
    return pod_problems(manifest, version=version)


def _key_of(keywords: object) -> bytes:
    """Return the same bytes for the same keywords, or none if they cannot be compared."""
    try:
        return pickle.dumps(keywords)
    except Exception:  # noqa: BLE001  foreign objects raise any exception
        return b""
