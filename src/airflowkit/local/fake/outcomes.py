"""What becomes of a scripted pod, in the words of Kubernetes."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, NamedTuple


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a pod."""


@dataclass(frozen=True, slots=True)
class Succeeded(Fate):
    """The command ends with exit code 0.

    Attributes:
        xcom: What it leaves in `/airflow/xcom/return.json`, a JSON value; None for no such file.
        logs: The lines that it writes.
    """

    xcom: Any = None
    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Failed(Fate):
    """The command ends with another exit code.

    Attributes:
        exit_code: The exit code; 128 + n for signal n.
        logs: The lines that it writes.
    """

    exit_code: int = 1
    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OOMKilled(Fate):
    """The container needs more memory than its limit.

    Attributes:
        logs: The lines that it writes before.
    """

    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ImagePullBackOff(Fate):
    """The node cannot pull the image.

    Attributes:
        message: The registry's answer; by default that it does not have the image.
    """

    message: str = "not found"


@dataclass(frozen=True, slots=True)
class SecretNotFound(Fate):
    """The namespace lacks a secret that the pod names.

    Attributes:
        name: The secret; by default the first that the pod names.
    """

    name: str = ""


@dataclass(frozen=True, slots=True)
class Unschedulable(Fate):
    """No node can take the pod.

    Attributes:
        message: The scheduler's words.
    """

    message: str = "0/3 nodes are available: 3 Insufficient memory."


@dataclass(frozen=True, slots=True)
class Evicted(Fate):
    """The node ends the pod, because it runs short of something.

    Attributes:
        message: The kubelet's words.
        logs: The lines that the command writes before.
    """

    message: str = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi."
    logs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SlowStart(Fate):
    """The image takes long to pull; nobody has to wait for it, for the fake cluster has a clock of its own.

    Attributes:
        seconds: How long, by that clock.
        then: What becomes of the pod after that.
    """

    seconds: float
    then: Fate = Succeeded()


FATES: Final = {
    cls.__name__: cls
    for cls in (Succeeded, Failed, OOMKilled, ImagePullBackOff, SecretNotFound, Unschedulable, Evicted, SlowStart)
}
"""All that there are, by their name."""

Tries = Fate | Sequence[Fate]
"""One fate for each try of a task; the last is that of all later tries."""
Planned = Tries | Mapping[int, Tries]
"""The tries of a task, or those of a mapped task's instances by their index."""

EVERY_INDEX: Final = -1


class Turn(NamedTuple):
    """The place of one fate among those of a task.

    Attributes:
        task: `DAG.TASK`.
        map_index: The index that it is for, or `EVERY_INDEX`.
        place: Its place in the list of tries, from 0.
    """

    task: str
    map_index: int
    place: int


class Fates(UserDict[str, Planned]):
    """Fates by `DAG.TASK`; remembers which have not met a pod yet.

    Example:
        >>> fates = Fates()
        >>> fates["orders.load"] = [ImagePullBackOff(), Succeeded()]
        >>> fates["orders.load"] = Succeeded
        Traceback (most recent call last):
        ...
        TypeError: fate of 'orders.load': write Succeeded(...), an instance, or a list or dict of such
    """

    def __init__(self) -> None:
        super().__init__()
        self._unmet: dict[Turn, Fate] = {}

    def __setitem__(self, task: str, planned: Planned) -> None:
        """Plan what becomes of a task's pods.

        Raises:
            TypeError: It is no fate.
        """
        turns = {}
        for index, tries in by_index(planned).items():
            given: Sequence[object] = tries or (None,)
            for place, fate in enumerate(given):
                if not isinstance(fate, Fate):
                    name = fate.__name__ if isinstance(fate, type) else "Succeeded"
                    raise TypeError(f"fate of {task!r}: write {name}(...), an instance, or a list or dict of such")
                turns[Turn(task, index, place)] = fate
        self.pop(task, None)
        super().__setitem__(task, planned)
        self._unmet |= turns

    def __delitem__(self, task: str) -> None:
        """Plan nothing for a task."""
        super().__delitem__(task)
        self._unmet = {turn: fate for turn, fate in self._unmet.items() if turn.task != task}

    def note(self, met: Iterable[Sequence[Any]]) -> None:
        """Note the turns of those that have met a pod."""
        for turn in met:
            self._unmet.pop(Turn(*turn), None)

    @property
    def unmet(self) -> list[str]:
        """Those that have met no pod, in words."""
        unmet = sorted(self._unmet.items(), key=itemgetter(0))
        return [f"{turn.task}{self._which(turn)}: {fate}" for turn, fate in unmet]

    def _which(self, turn: Turn) -> str:
        index = "" if turn.map_index == EVERY_INDEX else f"[{turn.map_index}]"
        several = len(by_index(self[turn.task])[turn.map_index]) > 1
        return f"{index}, try {turn.place + 1}" if several else index


def by_index(planned: Planned) -> dict[int, Sequence[Fate]]:
    """Return the tries by map index; those without one under `EVERY_INDEX`."""
    tries_by_index = planned if isinstance(planned, Mapping) else {EVERY_INDEX: planned}
    return {index: [tries] if not isinstance(tries, Sequence) else tries for index, tries in tries_by_index.items()}
