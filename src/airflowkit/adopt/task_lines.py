"""Which call of a file makes which task when the file is parsed: only then does its pod prove anything."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from airflowkit.adopt.calls import RawCall, literal_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflowkit.checks.model.facts import FileFacts

_NOT_MADE: Final = "no task is made of it when the file is parsed, so nothing proves that its pod would stay equal"
_SHARED: Final = "it shares a line with another call, and nothing tells which of them makes the task: give it its own"


@dataclass(frozen=True, slots=True)
class TaskLines:
    """Where a file makes its tasks.

    Attributes:
        lines: The name of each task, and its line; None where the file has none.
    """

    lines: tuple[tuple[str, int | None], ...]

    @classmethod
    def of(cls, facts: FileFacts) -> TaskLines:
        """Return where a file makes its tasks."""
        names = (json.loads(text)["task_id"] for text in facts.evidence)
        return cls(tuple(zip(names, facts.task_lines, strict=True)))

    def is_shown(self, raw: RawCall, calls: Sequence[RawCall]) -> bool:
        """Return whether a call makes a task.

        Of several calls on one line only those do of which the task's name is known.
        """
        beside = _beside(raw, calls)
        own = [(name, line) for name, line in self.lines if line is not None and raw.line <= line <= raw.end]
        if any(not any(it.line <= line <= it.end for it in beside) for _name, line in own):
            return True
        name = literal_name(raw)
        return (
            bool(name) and name not in map(literal_name, beside) and any(_is_named(task, name) for task, _line in own)
        )

    def tasks(self, raw: RawCall, calls: Sequence[RawCall]) -> set[int]:
        """Return the places of the tasks that a call makes, among all of the file."""
        own = {place for place, (_name, line) in enumerate(self.lines) if line and raw.line <= line <= raw.end}
        if not _beside(raw, calls):
            return own
        return {place for place in own if _is_named(self.lines[place][0], literal_name(raw))}

    def makers(self, calls: Sequence[RawCall], task_ids: set[str]) -> set[RawCall]:
        """Return the calls that make tasks."""
        lines = {line for name, line in self.lines if name in task_ids and line}
        return {raw for raw in calls if any(raw.line <= line <= raw.end for line in lines)}

    def why_not(self, raw: RawCall) -> str:
        """Return why a call is not shown."""
        return _SHARED if any(raw.line <= (line or 0) <= raw.end for _name, line in self.lines) else _NOT_MADE


def _beside(raw: RawCall, calls: Sequence[RawCall]) -> list[RawCall]:
    return [it for it in calls if it is not raw and it.line <= raw.end and raw.line <= it.end]


def _is_named(task_id: str, name: str) -> bool:
    """Return whether a task has a name, within whatever group."""
    return task_id == name or task_id.endswith(f".{name}")
