"""The logs of a run's pods by task; the operator's labels say which pod is whose."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from airflowkit.local.process.events import LogLine, Notice, PodCreated, TaskRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflowkit.local.apiserver.logs import Line
    from airflowkit.local.apiserver.store import Pod
    from airflowkit.local.process.events import Event

_NUMBERS: Final = (("map_index", "-1"), ("try_number", "1"))


class LogBook:
    """Collects what happens to the pods, by task; it is called in the API's thread.

    Args:
        emit: Called with each event.
    """

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._warned: set[tuple[str, int, str]] = set()
        self._texts: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._tasks: dict[tuple[str, str], tuple[str, str]] = {}

    def expect(self, dag: Any, prefix: str) -> None:
        """Expect the pods of a DAG, whose tasks are shown with a prefix."""
        from airflow.providers.cncf.kubernetes.pod_generator import make_safe_label_value

        for task_id in dag.task_ids:
            labels = make_safe_label_value(dag.dag_id), make_safe_label_value(task_id)
            self._tasks[labels] = f"{dag.dag_id}.{task_id}", f"{prefix}{task_id}"

    def add(self, pod: Pod, container: str, line: Line) -> None:
        """Add a line of a pod's log."""
        task_id, map_index, try_number = self.place(pod)
        text = line.text.decode(errors="replace").rstrip("\n")
        self._texts[task_id, map_index].append(text)
        self._emit(LogLine(task_id, map_index, try_number, container, text))

    def place(self, pod: Pod) -> tuple[str, int, int]:
        """Return a pod's task as it is shown, its map index and try number."""
        map_index, try_number = (int(pod.labels.get(name, default)) for name, default in _NUMBERS)
        return self._names(pod)[1], map_index, try_number

    def reference(self, pod: Pod) -> str:
        """Return a pod's task as `DAG.TASK`."""
        return self._names(pod)[0]

    def _names(self, pod: Pod) -> tuple[str, str]:
        task_id = pod.labels.get("task_id", pod.name)
        return self._tasks.get((pod.labels.get("dag_id", ""), task_id), ("", task_id))

    def created(self, pod: Pod) -> None:
        """Report a created pod."""
        self._emit(PodCreated(*self.place(pod), pod.manifest))

    def warn(self, pod: Pod, message: str) -> None:
        """Report what a pod waits for, or why it failed; once, and not again for each try."""
        task_id, map_index, _ = self.place(pod)
        if (task_id, map_index, message) not in self._warned:
            self._warned.add((task_id, map_index, message))
            self._emit(Notice(f"{TaskRun(task_id, map_index, '', 0, 0).label}: {message}"))

    def text(self, task_id: str, map_index: int) -> str:
        """Return everything that a task's pods have printed."""
        return "\n".join(self._texts[task_id, map_index])
