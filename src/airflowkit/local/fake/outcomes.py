"""How a scripted pod ends, in Kubernetes' words.

To add an outcome, write its class here, add it to `OUTCOMES` and teach `ScriptedKubelet` what the nodes report.
"""

from __future__ import annotations

from collections import UserDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, NamedTuple


@dataclass(frozen=True, slots=True)
class PodOutcome:
    """How a pod ends; the base class of all outcomes."""


@dataclass(frozen=True, slots=True)
class Succeeded(PodOutcome):
    """The command exits with code 0.

    Attributes:
        xcom: The JSON value that it writes to `/airflow/xcom/return.json`; None for no such file.
        logs: The lines that it prints.
    """

    xcom: Any = None
    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Failed(PodOutcome):
    """The command exits with another code.

    Attributes:
        exit_code: The code; 128 + n for signal n.
        logs: The lines that it prints.
    """

    exit_code: int = 1
    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OOMKilled(PodOutcome):
    """The container exceeds its memory limit.

    Attributes:
        logs: The lines that it prints before that.
    """

    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ImagePullBackOff(PodOutcome):
    """The node cannot pull the image.

    Attributes:
        message: The registry's answer; by default it does not have the image.
    """

    message: str = "not found"


@dataclass(frozen=True, slots=True)
class SecretNotFound(PodOutcome):
    """The namespace lacks a Secret that the pod refers to.

    Attributes:
        name: The Secret; by default the first one that the pod refers to.
    """

    name: str = ""


@dataclass(frozen=True, slots=True)
class Unschedulable(PodOutcome):
    """No node has room for the pod.

    Attributes:
        message: The scheduler's message.
    """

    message: str = "0/3 nodes are available: 3 Insufficient memory."


@dataclass(frozen=True, slots=True)
class Evicted(PodOutcome):
    """The node evicts the pod because it is short of a resource.

    Attributes:
        message: The kubelet's message.
        logs: The lines that the command prints before that.
    """

    message: str = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi."
    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SlowStart(PodOutcome):
    """The image takes long to pull. Tests do not wait for it: the fake cluster has its own clock.

    Attributes:
        seconds: How long, by that clock.
        then: The outcome after that.
    """

    seconds: float
    then: PodOutcome = Succeeded()


OUTCOMES: Final = {
    cls.__name__: cls
    for cls in (Succeeded, Failed, OOMKilled, ImagePullBackOff, SecretNotFound, Unschedulable, Evicted, SlowStart)
}
"""All outcomes by name."""

Tries = PodOutcome | Sequence[PodOutcome]
"""One outcome for each try of a task; the last one also holds for all further tries."""
Planned = Tries | Mapping[int, Tries]
"""The tries of a task, or those of a mapped task by map index."""

EVERY_INDEX: Final = -1


class Turn(NamedTuple):
    """Which of a task's outcomes.

    Attributes:
        task: `DAG.TASK`.
        map_index: Its map index, or `EVERY_INDEX`.
        place: Its place in the list of tries, from 0.
    """

    task: str
    map_index: int
    place: int


class PodOutcomes(UserDict[str, Planned]):
    """Outcomes by `DAG.TASK`; keeps track of those that no pod has used yet.

    Examples:
        >>> outcomes = PodOutcomes()
        >>> outcomes["orders.load"] = [ImagePullBackOff(), Succeeded()]
        >>> outcomes["orders.load"] = Succeeded
        Traceback (most recent call last):
        ...
        TypeError: outcome of 'orders.load': write Succeeded(...), an instance, or a list or dict of them
    """

    def __init__(self) -> None:
        super().__init__()
        self._unused: dict[Turn, PodOutcome] = {}

    def __setitem__(self, task: str, planned: Planned) -> None:
        """Set the outcomes of a task's pods.

        Raises:
            TypeError: One of them is not an outcome.
        """
        turns = {}
        for index, tries in by_index(planned).items():
            given: Sequence[object] = tries or (None,)
            for place, outcome in enumerate(given):
                if not isinstance(outcome, PodOutcome):
                    name = outcome.__name__ if isinstance(outcome, type) else "Succeeded"
                    raise TypeError(f"outcome of {task!r}: write {name}(...), an instance, or a list or dict of them")
                turns[Turn(task, index, place)] = outcome
        self.pop(task, None)
        super().__setitem__(task, planned)
        self._unused |= turns

    def __delitem__(self, task: str) -> None:
        """Remove the outcomes of a task's pods."""
        super().__delitem__(task)
        self._unused = {turn: outcome for turn, outcome in self._unused.items() if turn.task != task}

    def note(self, used: Iterable[Sequence[Any]]) -> None:
        """Note which outcomes a run has used."""
        for turn in used:
            self._unused.pop(Turn(*turn), None)

    @property
    def unused(self) -> list[str]:
        """The outcomes that no pod has used, in words."""
        unused = sorted(self._unused.items(), key=itemgetter(0))
        return [f"{turn.task}{self._which(turn)}: {outcome}" for turn, outcome in unused]

    def _which(self, turn: Turn) -> str:
        index = "" if turn.map_index == EVERY_INDEX else f"[{turn.map_index}]"
        several = len(by_index(self[turn.task])[turn.map_index]) > 1
        return f"{index}, try {turn.place + 1}" if several else index


def by_index(planned: Planned) -> dict[int, Sequence[PodOutcome]]:
    """Return the tries by map index; without one they are under `EVERY_INDEX`."""
    tries_by_index = planned if isinstance(planned, Mapping) else {EVERY_INDEX: planned}
    return {index: [tries] if not isinstance(tries, Sequence) else tries for index, tries in tries_by_index.items()}
