"""What a run reports as it goes: one JSON object per line, from the run's process to the one that shows it."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from typing import IO, TYPE_CHECKING, Any, Final, get_args

from airflowkit.causes import Cause, known_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.local.fake.outcomes import Turn


@dataclass(frozen=True, slots=True)
class Notice:
    """A note about the run, such as that images are not used."""

    text: str


@dataclass(frozen=True, slots=True)
class Stopping:
    """The run was interrupted, and stops its pods."""


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A try of a task starts; `map_index` is -1 for a task that is not mapped."""

    task_id: str
    map_index: int


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A try of a task is over."""

    task_id: str
    map_index: int


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """Why a task failed; `lines` is where in the user's own code."""

    task_id: str
    map_index: int
    reason: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it, with the task."""
        return "\n".join([f"{_label(self.task_id, self.map_index)}: {self.reason}", *self.lines])


@dataclass(frozen=True, slots=True)
class Asked:
    """A task asks a person; the answer is expected as a JSON list in the file `reply`."""

    task_id: str
    subject: str
    body: str
    options: list[str]
    reply: str


@dataclass(frozen=True, slots=True)
class PodCreated:
    """A pod as the operator posted it to the Kubernetes API."""

    task_id: str
    map_index: int
    try_number: int
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OutcomesUsed:
    """Which outcomes of a script the run has used."""

    turns: list[Turn]


@dataclass(frozen=True, slots=True)
class ModulesLoaded:
    """The files of the repository that the run has imported so far, DAG files among them."""

    paths: list[str]


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that a pod's container printed."""

    task_id: str
    map_index: int
    try_number: int
    container: str
    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """A line that Airflow or a task without a pod printed."""

    text: str


@dataclass(frozen=True, slots=True)
class AlertKept:
    """The card of an alert that was not sent, because this computer does not have its connection."""

    conn_id: str
    card: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaskRun:
    """How a task instance ended.

    Attributes:
        task_id: The task.
        map_index: The index of a mapped task, else -1.
        state: Airflow's state, such as `success`, `failed`, `skipped`, `upstream_failed`.
        duration: Seconds that the last try took.
        tries: How often it was tried.
        log: What its pods' containers printed in all tries; empty for a task without a pod.
        reason: Why it failed, in one line; only for `pod_task` and tasks with `default_args(...)`.
        hint: What to do about it; likewise.
        cause: Both as data, equal to its code; None where they are empty.
        tries_saved: How many tries its retry policy ended it before.
    """

    task_id: str
    map_index: int
    state: str
    duration: float
    tries: int
    log: str = ""
    reason: str = ""
    hint: str = ""
    cause: Cause | None = None
    tries_saved: int = 0

    @property
    def label(self) -> str:
        """The task's id, with its index where it is mapped."""
        return _label(self.task_id, self.map_index)


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over."""

    dag_id: str
    run_id: str
    state: str


@dataclass(frozen=True, slots=True)
class OtherRunEnded:
    """The run of another DAG, which a task started or waited for, is over; the `TaskRun`s before this are its own.

    Attributes:
        dag_id: The other DAG.
        run_id: Airflow's id of its run.
        state: `success` or `failed`.
        awaited: Whether the task waits for the end, and so decides itself what that means.
    """

    dag_id: str
    run_id: str
    state: str
    awaited: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The run could not start: one of `airflowkit.errors`, by its class name."""

    error: str
    message: str
    hint: str


Event = (
    Notice
    | Stopping
    | TaskStarted
    | TaskFailed
    | Asked
    | TaskEnded
    | PodCreated
    | OutcomesUsed
    | ModulesLoaded
    | LogLine
    | Output
    | AlertKept
    | TaskRun
    | RunEnded
    | OtherRunEnded
    | Refused
)
_CLASSES: Final = {cls.__name__: cls for cls in get_args(Event)}


def _label(task_id: str, map_index: int) -> str:
    return task_id if map_index < 0 else f"{task_id}[{map_index}]"


class EventWriter:
    """Writes events to a pipe, from any thread."""

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
    """Yield the events from a pipe until it is closed."""
    for line in stream:
        fields = json.loads(line)
        if cause := fields.get("cause"):
            fields["cause"] = Cause(**{**cause, "code": known_code(cause["code"])})
        yield _CLASSES[fields.pop("event")](**fields)
