"""AK408, AK411, AK417: what Kubernetes refuses or drops, by the validation that `pod_task` uses."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_rule import merged
from airflowkit.checks.model.pod_view import MOST_ELEMENTS, is_checked
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.errors import did_you_mean
from airflowkit.pods.expansion import elements, is_mapped, is_pod
from airflowkit.pods.schema.jinja import RUNTIME, is_runtime_value
from airflowkit.pods.spec.keywords import DEAD, POD_OPERATOR

if TYPE_CHECKING:
    from airflowkit.errors import Problem


@task_rule("AK408", "pod-refused")
def pod_refused(task: TaskSubject) -> Iterator[Fault]:
    """Checks each pod as Kubernetes does, and for what Kubernetes silently drops.

    ## Why it matters
    `KubernetesPodOperator` takes almost anything. What the API server refuses fails when the task runs; what it drops,
    such as a misspelt key, never fails at all.

    ## How to fix it
    The message names the argument and the fix. `pod_task` makes the same checks when the DAG is parsed.
    """
    if not is_pod(task.task) or is_checked(task.task):
        return
    yield from merged(
        (index, [Fault(f"{it.field}: {it.reason}", it.hint) for it in _problems(task, keywords)])
        for index, keywords in _keywords(task.task)
    )


@task_rule("AK411", "dead-pod-argument", Severity.WARNING)
def dead_pod_argument(task: TaskSubject) -> Iterator[Fault]:
    """Checks for arguments of the operator that do nothing any more.

    ## Why it matters
    `is_delete_operator_pod=False` was how one kept a pod; the operator still takes it and deletes the pod.

    ## How to fix it
    To keep pods that failed, pass `on_finish_action="delete_succeeded_pod"`; `is_delete_operator_pod=True` can go, pods
    are deleted anyway. What `progress_callback` got, a class in `callbacks=[...]` gets.
    """
    given = {name for _index, keywords in _keywords(task.task) for name in keywords} if is_pod(task.task) else ()
    for name, dead in DEAD.items():
        if name in given:
            yield Fault(f"{name} does nothing any more", hint=dead.hint)


@task_rule("AK417", "override-refused")
def override_refused(task: TaskSubject) -> Iterator[Fault]:
    """Checks the pod of a task under KubernetesExecutor.

    ## Why it matters
    A dictionary instead of a `V1Pod` fails the task, and so does what the API server refuses; a misspelt key, the old
    `{"KubernetesExecutor": ...}`, a container that is not called `base`, or Jinja, which stays as it is, does something
    else than what was meant.

    ## How to fix it
    Use `executor_config=pod_override(...)`.
    """
    config = getattr(task.task, "executor_config", None) or {}
    if not isinstance(config, Mapping):
        yield Fault(f"its executor_config is a {type(config).__name__}, not a dictionary", "use pod_override()")
        return
    yield from filter(None, map(_misspelt, config))
    pod = config.get("pod_override")
    if pod is None:
        return
    if type(pod).__name__ != "V1Pod":
        yield Fault(f"its pod_override is a {type(pod).__name__}, not a V1Pod", "use pod_override()")
        return
    names = [container.name for container in (pod.spec and pod.spec.containers) or ()]
    if names and "base" not in names:
        yield Fault(f"its pod_override has no container 'base', only {', '.join(names)}", "call the container 'base'")
    from airflowkit.pods.override import override_problems
    from airflowkit.pods.spec.operator_call import settings_of

    for problem in override_problems(pod, version=settings_of(task.dag).kubernetes.version):
        yield Fault(f"its pod_override: {problem.field}: {problem.reason}", hint=problem.hint)


def _misspelt(key: str) -> Fault | None:
    if key == "KubernetesExecutor":
        return Fault('its executor_config has the key "KubernetesExecutor", gone since Airflow 2', "use pod_override()")
    hint = "" if key in {*_EXECUTOR_CONFIG, *_OF_OTHERS} else did_you_mean(key, _EXECUTOR_CONFIG)
    return Fault(f"its executor_config has the key {key!r}, which nobody reads", hint) if hint else None


_EXECUTOR_CONFIG: Final = ("pod_override", "pod_template_file")
"""What KubernetesExecutor reads."""
_OF_OTHERS: Final = frozenset({"overrides", "containerOverrides"})
"""What the executors of Amazon's provider read, and what looks like a misspelling."""

_KNOWN: Final[dict[bytes, tuple[Problem, ...]]] = {}
"""What was found of pods before: those of a folder are often alike, and checking one costs as much as building it."""
_MOST_KNOWN: Final = 4096

RULES: Final = (pod_refused, dead_pod_argument, override_refused)


def _problems(task: TaskSubject, given: Mapping[str, Any]) -> tuple[Problem, ...]:
    from airflowkit.errors import PodSpecError
    from airflowkit.pods.spec.checked_pod import checked_pod
    from airflowkit.pods.spec.operator_call import settings_of

    template = given.get("pod_template_file")
    if isinstance(template, str) and template and not is_runtime_value(template) and not Path(template).is_file():
        return ()  # `pod-template-missing` reports it, or the image has it; everything else depends on its content
    keywords = {name: value for name, value in given.items() if name in POD_OPERATOR and name not in DEAD}
    settings = replace(settings_of(task.dag), pod_layers=())  # a raw operator gets none of them
    key = _likeness(keywords)
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


def _likeness(keywords: Mapping[str, Any]) -> bytes:
    """Return what is the same for two pods of the same keywords; nothing where that cannot be told."""
    try:
        return pickle.dumps(keywords)
    except Exception:  # noqa: BLE001  foreign objects refuse in their own ways
        return b""


def _keywords(task: Any) -> Iterator[tuple[int | None, Mapping[str, Any]]]:
    """Yield the keywords that an operator was made with, those of `default_args` too.

    Of a mapped task, those of each element that is known, with its map index.
    """
    if not is_mapped(task):
        yield None, dict(getattr(task, "_BaseOperator__init_kwargs", {}))
        return
    from airflowkit.pods.spec.layers import airflow_defaults

    shared = {**airflow_defaults(task.dag, task.task_group), **task.partial_kwargs}
    for element in islice(elements(task), MOST_ELEMENTS):
        unknown = dict.fromkeys(element.unknown if element.complete else ("image",), RUNTIME)
        yield element.index, {**unknown, **shared, **element.keywords}
