"""What a task does that its serialized form does not show: its arguments, its pods, and what becomes of those.

A serialized DAG holds the template fields of an operator, and neither a pod's resources nor its security context.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.pod_view import operator_class
from airflowkit.pods.expansion import arguments_of
from airflowkit.pods.spec.keywords import POD_OPERATOR

if TYPE_CHECKING:
    from airflowkit.checks.model.rule import TaskSubject

ARGUMENTS: Final = "arguments"
_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")
_REFERENCE: Final = re.compile(r"<(?:Task|Mapped)\(\w+\): ([^>]+)>")


def evidence_of(task: TaskSubject) -> str:
    """Return a text that is equal for two tasks with equal arguments and pods."""
    found = {
        "task_id": task.task.task_id,
        "operator": operator_class(task.task).__name__,
        ARGUMENTS: {name: written(value) for name, value in arguments_of(task.task).items()},
        "pods": pods_of(task),
        "options": [_options(pod.operator) for pod in task.pods],
    }
    return json.dumps(found, sort_keys=True)


def pods_of(task: TaskSubject) -> list[Any]:
    """Return a task's pods as Kubernetes gets them."""
    return [_rendered(pod.operator) for pod in task.pods]


_OPTIONS: Final = tuple(name for name, keyword in POD_OPERATOR.items() if keyword.sets is None and not keyword.dead)


def _options(operator: Any) -> dict[str, str]:
    """Return what an operator does besides making its pod, as the constructor has settled it."""
    return {name: written(getattr(operator, name, None)) for name in _OPTIONS}


def written(value: Any) -> str:
    """Return a value as Python writes it, without its address in memory, and with other tasks by their ids alone."""
    try:
        return _REFERENCE.sub(r"\1", _ADDRESS.sub("", repr(value)))
    except Exception as error:  # noqa: BLE001  a foreign object's `__repr__` may raise anything
        return type(error).__name__


def _rendered(operator: Any) -> Any:
    from airflowkit.pods.render import render_pod  # noqa: PLC0415  only for files with pods

    try:
        return json.loads(json.dumps(render_pod(operator)))  # keys that are no text have become text
    except Exception as error:  # noqa: BLE001  operators raise anything; their arguments are compared anyway
        return type(error).__name__
