"""What becomes of a scripted pod, in the words of Kubernetes."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, NamedTuple


@dataclass(frozen=True, slots=True)
class PodOutcome:
    """What becomes of a pod."""


@dataclass(frozen=True, slots=True)
class Succeeded(PodOutcome):
    """The command ends with exit code 0.

    Attributes:
        xcom: What it leaves in `/airflow/xcom/return.json`, a JSON value; None for no such file.
        logs: The lines that it writes.
    """

    xcom: Any = None
    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Failed(PodOutcome):
    """The command ends with another exit code.

    Attributes:
        exit_code: The exit code; 128 + n for signal n.
        logs: The lines that it writes.
    """

    exit_code: int = 1
    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OOMKilled(PodOutcome):
    """The container needs more memory than its limit.

    Attributes:
        logs: The lines that it writes before.
    """

    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ImagePullBackOff(PodOutcome):
    """The node cannot pull the image.

    Attributes:
        message: The registry's answer; by default that it does not have the image.
    """

    message: str = "not found"


@dataclass(frozen=True, slots=True)
class SecretNotFound(PodOutcome):
    """The namespace lacks a secret that the pod names.

    Attributes:
        name: The secret; by default the first that the pod names.
    """

    name: str = ""


@dataclass(frozen=True, slots=True)
class Unschedulable(PodOutcome):
    """No node can take the pod.

    Attributes:
        message: The scheduler's words.
    """

    message: str = "0/3 nodes are available: 3 Insufficient memory."


@dataclass(frozen=True, slots=True)
class Evicted(PodOutcome):
    """The node ends the pod, because it runs short of something.

    Attributes:
        message: The kubelet's words.
        logs: The lines that the command writes before.
    """

    message: str = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi."
    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SlowStart(PodOutcome):
    """The image takes long to pull; nobody has to wait for it, for the fake cluster has a clock of its own.

    Attributes:
        seconds: How long, by that clock.
        then: What becomes of the pod after that.
    """

    seconds: float
    then: PodOutcome = Succeeded()


OUTCOMES: Final = {
    cls.__name__: cls
    for cls in (Succeeded, Failed, OOMKilled, ImagePullBackOff, SecretNotFound, Unschedulable, Evicted, SlowStart)
}
"""All that there are, by their name."""

Tries = PodOutcome | Sequence[PodOutcome]
"""One outcome for each try of a task; the last is that of all later tries."""
Planned = Tries | Mapping[int, Tries]
"""The tries of a task, or those of a mapped task's instances by their index."""

EVERY_INDEX: Final = -1


class Turn(NamedTuple):
    """The place of one outcome among those of a task.

    Attributes:
        task: `DAG.TASK`.
        map_index: The index that it is for, or `EVERY_INDEX`.
        place: Its place in the list of tries, from 0.
    """

    task: str
    map_index: int
    place: int


class PodOutcomes(UserDict[str, Planned]):
    """Outcomes by `DAG.TASK`; remembers which have not met a pod yet.

    Example:
        >>> outcomes = PodOutcomes()
        >>> outcomes["orders.load"] = [ImagePullBackOff(), Succeeded()]
        >>> outcomes["orders.load"] = Succeeded
        Traceback (most recent call last):
        ...
        TypeError: outcome of 'orders.load': write Succeeded(...), an instance, or a list or dict of such
    """

    def __init__(self) -> None:
        super().__init__()
        self._unused: dict[Turn, PodOutcome] = {}

    def __setitem__(self, task: str, planned: Planned) -> None:
        """Plan what becomes of a task's pods.

        Raises:
            TypeError: It is no outcome.
        """
        turns = {}
        for index, tries in by_index(planned).items():
            given: Sequence[object] = tries or (None,)
            for place, outcome in enumerate(given):
                if not isinstance(outcome, PodOutcome):
                    name = outcome.__name__ if isinstance(outcome, type) else "Succeeded"
                    raise TypeError(f"outcome of {task!r}: write {name}(...), an instance, or a list or dict of such")
                turns[Turn(task, index, place)] = outcome
        self.pop(task, None)
        super().__setitem__(task, planned)
        self._unused |= turns

    def __delitem__(self, task: str) -> None:
        """Plan nothing for a task."""
        super().__delitem__(task)
        self._unused = {turn: outcome for turn, outcome in self._unused.items() if turn.task != task}

    def note(self, met: Iterable[Sequence[Any]]) -> None:
        """Note the turns of those that have met a pod."""
        for turn in met:
            self._unused.pop(Turn(*turn), None)

    @property
    def unused(self) -> list[str]:
        """Those that have met no pod, in words."""
        unused = sorted(self._unused.items(), key=itemgetter(0))
        return [f"{turn.task}{self._which(turn)}: {outcome}" for turn, outcome in unused]

    def _which(self, turn: Turn) -> str:
        index = "" if turn.map_index == EVERY_INDEX else f"[{turn.map_index}]"
        several = len(by_index(self[turn.task])[turn.map_index]) > 1
        return f"{index}, try {turn.place + 1}" if several else index


def by_index(planned: Planned) -> dict[int, Sequence[PodOutcome]]:
    """Return the tries by map index; those without one under `EVERY_INDEX`."""
    tries_by_index = planned if isinstance(planned, Mapping) else {EVERY_INDEX: planned}
    return {index: [tries] if not isinstance(tries, Sequence) else tries for index, tries in tries_by_index.items()}
