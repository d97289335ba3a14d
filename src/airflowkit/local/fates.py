"""What becomes of a scripted pod, in the words of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from airflowkit.errors import DagNotFound, LocalRunError, did_you_mean

Json = dict[str, Any]


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
Tries = Fate | Sequence[Fate]
"""One fate for each try of a task; the last is that of all later tries."""
Planned = Tries | Mapping[int, Tries]
"""The tries of a task, or those of a mapped task's instances by their index."""

_EVERY: Final = -1


class Fates(dict[str, Planned]):
    """Fates by `DAG.TASK`.

    Example:
        >>> fates = Fates()
        >>> fates["orders.load"] = [ImagePullBackOff(), Succeeded()]
        >>> fates["orders.load"] = Succeeded
        Traceback (most recent call last):
        ...
        TypeError: fate of 'orders.load': write Succeeded(...), an instance, or a list or dict of such
    """

    def __setitem__(self, task: str, planned: Planned) -> None:
        """Plan what becomes of a task's pods.

        Raises:
            TypeError: It is no fate.
        """
        for tries in _by_index(planned).values():
            given: Sequence[object] = tries or (None,)
            for fate in given:
                if not isinstance(fate, Fate):
                    name = fate.__name__ if isinstance(fate, type) else "Succeeded"
                    raise TypeError(f"fate of {task!r}: write {name}(...), an instance, or a list or dict of such")
        super().__setitem__(task, planned)


def _by_index(planned: Planned) -> dict[int, Sequence[Fate]]:
    by_index = planned if isinstance(planned, Mapping) else {_EVERY: planned}
    return {index: [tries] if not isinstance(tries, Sequence) else tries for index, tries in by_index.items()}


class Script:
    """What becomes of each pod of a run.

    Args:
        default: What becomes of a pod that is not named.
        tasks: Fates by `DAG.TASK`.
    """

    def __init__(self, default: Fate, tasks: Mapping[str, Planned]) -> None:
        self._default = default
        self._tasks = {task: _by_index(planned) for task, planned in tasks.items()}

    def fate(self, task: str, map_index: int, try_number: int) -> Fate:
        """Return what becomes of a try."""
        by_index = self._tasks.get(task, {})
        tries = by_index.get(map_index) or by_index.get(_EVERY) or [self._default]
        return tries[min(try_number, len(tries)) - 1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tasks)

    def indices(self, task: str) -> list[int]:
        """Return the map indices that a task's fates name."""
        return [index for index in self._tasks.get(task, {}) if index != _EVERY]

    def tries(self, task: str) -> int:
        """Return for how many tries of a task there is a fate."""
        return max((len(tries) for tries in self._tasks[task].values()), default=1)

    def as_json(self) -> Json:
        """Return it for another process.

        Raises:
            TypeError: An XCom is no JSON value.
        """
        tasks = {
            task: {str(index): [_written(fate) for fate in tries] for index, tries in by_index.items()}
            for task, by_index in self._tasks.items()
        }
        return {"default": _written(self._default), "tasks": tasks}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Script:
        """Return the script that `as_json` wrote."""
        tasks = {
            task: {int(index): [_read(fate) for fate in tries] for index, tries in by_index.items()}
            for task, by_index in written["tasks"].items()
        }
        return cls(_read(written["default"]), tasks)


def check_fate(name: str, script: Script, dag: Any) -> None:
    """Refuse fates that can never come true.

    Args:
        name: The task, as `DAG.TASK`.
        script: The fates.
        dag: The DAG.

    Raises:
        DagNotFound: There is no such task.
        LocalRunError: It makes no pod, is not mapped, or has fewer tries.
    """
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

    task_id = name.removeprefix(dag.dag_id).removeprefix(".")
    if not task_id:
        raise DagNotFound(f"fate of {name!r}: name a task", hint=f"it has {', '.join(dag.task_ids)}")
    if not dag.has_task(task_id):
        hint = did_you_mean(task_id, dag.task_ids) or f"it has {', '.join(dag.task_ids)}"
        raise DagNotFound(f"fate of {name!r}: DAG {dag.dag_id!r} has no task {task_id!r}", hint=hint)
    task = dag.get_task(task_id)
    operator = getattr(task, "operator_class", type(task))
    if not (isinstance(operator, type) and issubclass(operator, KubernetesPodOperator)):
        raise LocalRunError(f"fate of {name!r}: the task makes no pod, it is a {task.task_type}")
    if script.indices(name) and not hasattr(task, "partial_kwargs"):
        raise LocalRunError(f"fate of {name!r}: the task is not mapped", hint="give one fate, not one for each index")
    tries = (task.retries or 0) + 1
    if script.tries(name) > tries:
        hint = "raise its retries, or give fewer"
        raise LocalRunError(f"fate of {name!r}: {script.tries(name)} fates, and the task has {tries} tries", hint=hint)


def _written(fate: Fate) -> Json:
    fields = asdict(fate)
    if isinstance(fate, SlowStart):
        fields["then"] = _written(fate.then)
    return {"fate": type(fate).__name__, **fields}


def _read(written: Json) -> Fate:
    fields = dict(written)
    cls = FATES[fields.pop("fate")]
    if cls is SlowStart:
        fields["then"] = _read(fields["then"])
    fate: Fate = cls(**fields)
    return fate
