"""What a run says while it goes: one JSON object a line, from the run's process to the one that shows it."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any, Final, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.local.fake.outcomes import Turn


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know about the run, such as that images are not used."""

    text: str


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A task begins; `map_index` is -1 for a task that is not mapped."""

    task_id: str
    map_index: int


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A task's try is over."""

    task_id: str
    map_index: int


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """Why the task that runs just now failed."""

    reason: str


@dataclass(frozen=True, slots=True)
class PodCreated:
    """What the operator asked the Kubernetes API for."""

    task_id: str
    map_index: int
    try_number: int
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OutcomesUsed:
    """Which outcomes of a script have met a pod."""

    turns: list[Turn]


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that a pod's container wrote."""

    task_id: str
    map_index: int
    try_number: int
    container: str
    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """A line that Airflow, or a task that is no pod, printed."""

    text: str


@dataclass(frozen=True, slots=True)
class AlertKept:
    """An alert that was not sent, for this computer has no such connection: the card that Teams would have got."""

    conn_id: str
    card: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaskRun:
    """How a task instance ended.

    Attributes:
        task_id: The task.
        map_index: The index of a mapped task, else -1.
        state: Airflow's word for it, such as `success`, `failed`, `skipped`, `upstream_failed`.
        duration: Seconds that the last try took.
        tries: How often it was tried.
        log: What its pods' containers wrote, all tries; empty for a task that is no pod.
        reason: Why it failed, in a line, where `pod_task` or airflowkit's presets see to that.
        hint: What to do about it, likewise.
    """

    task_id: str
    map_index: int
    state: str
    duration: float
    tries: int
    log: str = ""
    reason: str = ""
    hint: str = ""

    @property
    def label(self) -> str:
        """The task's id, with its index where it is mapped."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over."""

    dag_id: str
    run_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Refused:
    """There was nothing to run: the name of one of `airflowkit.errors`, and what it says."""

    error: str
    message: str
    hint: str


Event = (
    Notice
    | TaskStarted
    | TaskFailed
    | TaskEnded
    | PodCreated
    | OutcomesUsed
    | LogLine
    | Output
    | AlertKept
    | TaskRun
    | RunEnded
    | Refused
)
_CLASSES: Final = {cls.__name__: cls for cls in get_args(Event)}


class EventWriter:
    """Writes events to a pipe; from any thread."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Write one event."""
        line = json.dumps({"event": type(event).__name__, **asdict(event)})
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()


def read_events(stream: IO[str]) -> Iterator[Event]:
    """Yield the events of a pipe until its end."""
    for line in stream:
        fields = json.loads(line)
        yield _CLASSES[fields.pop("event")](**fields)
