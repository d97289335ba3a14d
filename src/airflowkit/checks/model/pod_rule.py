"""Rules about pods: those of a mapped task are judged element by element, and what many share is reported once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import Rule, TaskSubject, task_rule
from airflowkit.errors import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from airflowkit.checks.model.pod_view import Pod


def pod_rule(
    code: str, name: str, severity: Severity = Severity.ERROR
) -> Callable[[Callable[[Pod], Iterator[Fault]]], Rule[TaskSubject]]:
    """Make a function a rule about a pod."""

    def made(judge: Callable[[Pod], Iterator[Fault]]) -> Rule[TaskSubject]:
        @wraps(judge)
        def each(task: TaskSubject) -> Iterator[Fault]:
            if len(task.pods) == 1:
                return judge(task.pods[0])
            return merged([(pod.element.index if pod.element else None, list(judge(pod))) for pod in task.pods])

        return task_rule(code, name, severity)(each)

    return made


def merged(found: Iterable[tuple[int | None, Iterable[Fault]]]) -> Iterator[Fault]:
    """Yield the faults of several elements, each once, with the map indexes unless all elements have it."""
    places: dict[Fault, list[int | None]] = defaultdict(list)
    number = 0
    for index, faults in found:
        number += 1
        for fault in dict.fromkeys(faults):
            places[fault].append(index)
    for fault, indexes in places.items():
        named = [str(index) for index in indexes if index is not None]
        if len(indexes) == number or not named:
            yield fault
            continue
        yield replace(fault, message=f"{fault.message} (map index {listed(named)})")
