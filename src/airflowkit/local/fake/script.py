"""The outcomes of a run's pods, handed from the caller to the run's own process."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from airflowkit.dags import load_dag
from airflowkit.errors import DagNotFound, LocalRunError
from airflowkit.local.fake.outcomes import EVERY_INDEX, OUTCOMES, SlowStart, Turn, by_index
from airflowkit.pods.expansion import is_mapped, is_pod

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from airflowkit.local.fake.outcomes import Planned, PodOutcome

Json = dict[str, Any]


class Script:
    """The outcome of each pod of a run.

    Args:
        default: The outcome of every other pod.
        tasks: Outcomes by `DAG.TASK`.

    Attributes:
        used: Which outcomes pods have used.
    """

    def __init__(self, default: PodOutcome, tasks: Mapping[str, Planned]) -> None:
        self._default = default
        self._tasks = {task: by_index(planned) for task, planned in tasks.items()}
        self.used: list[Turn] = []

    def outcome(self, task: str, map_index: int, try_number: int) -> PodOutcome:
        """Return the outcome of a try's pod."""
        outcomes = self._tasks.get(task, {})
        index = map_index if map_index in outcomes else EVERY_INDEX
        if index not in outcomes:
            return self._default
        tries = outcomes[index]
        place = min(try_number, len(tries)) - 1
        self.used.append(Turn(task, index, place))
        return tries[place]

    def check(self, dag: Any, dags_folder: Path) -> None:
        """Reject outcomes that cannot happen.

        Args:
            dag: The DAG that is run; others are loaded from the DAG folder.
            dags_folder: The DAG folder.

        Raises:
            DagNotFound: There is no such task, or no such DAG.
            LocalRunError: The task starts no pod, is not mapped, or has fewer tries.
        """
        for name in self._tasks:
            task_id = name.removeprefix(f"{dag.dag_id}.")
            if task_id != name and dag.has_task(task_id):
                self._check_task(name, dag.get_task(task_id))
                continue
            loaded = load_dag(name, dags_folder)
            if loaded.task_id is None:
                hint = f"it has {', '.join(loaded.dag.task_ids)}"
                raise DagNotFound(f"outcome of {name!r}: name a task", hint=hint)
            self._check_task(name, loaded.dag.get_task(loaded.task_id))

    def _check_task(self, name: str, task: Any) -> None:
        if not is_pod(task):
            raise LocalRunError(f"outcome of {name!r}: the task starts no pod, it is a {task.task_type}")
        outcomes = self._tasks[name]
        if set(outcomes) != {EVERY_INDEX} and not is_mapped(task):
            hint = "give one outcome instead of one for each index"
            raise LocalRunError(f"outcome of {name!r}: the task is not mapped", hint=hint)
        given, tries = max(map(len, outcomes.values())), (task.retries or 0) + 1
        if given > tries:
            times = "once" if tries == 1 else f"{tries} times"
            hint = "give fewer outcomes or raise its retries"
            raise LocalRunError(f"outcome of {name!r}: {given} outcomes, but the task is tried {times}", hint=hint)

    def as_json(self) -> Json:
        """Return the script for another process.

        Raises:
            TypeError: An XCom is not a JSON value.
        """
        tasks = {
            task: {str(index): [_written(outcome) for outcome in tries] for index, tries in outcomes.items()}
            for task, outcomes in self._tasks.items()
        }
        return {"default": _written(self._default), "tasks": tasks}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Script:
        """Return the script that `as_json` wrote."""
        tasks = {
            task: {int(index): [_read(outcome) for outcome in tries] for index, tries in outcomes.items()}
            for task, outcomes in written["tasks"].items()
        }
        return cls(_read(written["default"]), tasks)


def _written(outcome: PodOutcome) -> Json:
    fields = asdict(outcome)
    if isinstance(outcome, SlowStart):
        fields["then"] = _written(outcome.then)
    return {"outcome": type(outcome).__name__, **fields}


def _read(written: Json) -> PodOutcome:
    fields = dict(written)
    cls = OUTCOMES[fields.pop("outcome")]
    if cls is SlowStart:
        fields["then"] = _read(fields["then"])
    outcome: PodOutcome = cls(**fields)
    return outcome
