"""What a rule is: a code, a name, and a small function whose docstring is its page.

A rule is written as

    @dag_rule("AK205", "empty-dag", Severity.WARNING)
    def empty_dag(dag: DagSubject) -> Iterator[Fault]:
        '''Checks for DAGs without tasks.

        ## Why it matters
        ...
        '''
        if not dag.tasks:
            yield Fault("has no tasks", hint="add one, or delete the DAG")

and judges the one subject that it is given. `rules/register.py` lists every code.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from airflowkit.checks.model.failures import failed
from airflowkit.checks.model.findings import Fault, Finding, Place, Severity
from airflowkit.checks.model.pod_view import Pod, pods_of
from airflowkit.pods.expansion import argument
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.stand_ins.marks import is_marked_text

if TYPE_CHECKING:
    from pathlib import Path

    from airflowkit.checks.model.comments import Comment
    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.setting_sections import Check

S = TypeVar("S")
Judge = Callable[[S], Iterator[Fault]]


class Scope(StrEnum):
    """What a rule judges, and so where it runs."""

    TASK = "task"
    DAG = "dag"
    FILE = "file"
    FOLDER = "folder"
    COMMENT = "comment"


@dataclass(frozen=True)
class TaskSubject:
    """A task for rules to judge, in the worker.

    Attributes:
        task: Airflow's operator, mapped or not.
        line: Where the DAG file builds it.
        dag: The DAG.
        options: What `[check]` says.
    """

    task: Any
    line: int | None
    dag: Any
    options: Check

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """The pods that it starts, as far as they are known: for a mapped task, one for each element."""
        return pods_of(self.task, self.options)

    @cached_property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The texts in its templated fields, each with the field's name."""
        fields = ((name, argument(self.task, name)) for name in self.task.template_fields)
        return tuple((name, text) for name, value in fields for text in _texts_within(value))

    @cached_property
    def templates(self) -> tuple[tuple[str, str], ...]:
        """Those texts that contain Jinja."""
        return tuple((name, text) for name, text in self.texts if is_runtime_value(text))


@dataclass(frozen=True, slots=True)
class DagSubject:
    """A DAG for rules to judge, in the worker.

    Attributes:
        dag: Airflow's DAG.
        line: Where the DAG file builds it.
        tasks: Its tasks, in the order of definition.
        options: What `[check]` says.
    """

    dag: Any
    line: int | None
    tasks: tuple[TaskSubject, ...]
    options: Check


@dataclass(frozen=True, slots=True)
class FileSubject:
    """A file for rules to judge, by what the worker reported.

    Attributes:
        facts: What the worker reported.
        folder: The DAG folder.
        options: What `[check]` says.
    """

    facts: FileFacts
    folder: Path
    options: Check

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.facts.path)


@dataclass(frozen=True, slots=True)
class FolderSubject:
    """All files for rules to judge together.

    Attributes:
        files: What the workers reported of each.
        folder: The DAG folder.
        options: What `[check]` says.
    """

    files: tuple[FileFacts, ...]
    folder: Path
    options: Check

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(str(self.folder))


@dataclass(frozen=True, slots=True)
class CommentSubject:
    """A comment that ignores rules, for rules that run after all others.

    Attributes:
        comment: The comment.
        path: Its file.
        unknown: What it names that is not a rule's code or the beginning of one.
        unused: The codes whose rules ran and found nothing that it covers.
    """

    comment: Comment
    path: str
    unknown: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.path, self.comment.line)


@dataclass(frozen=True, slots=True)
class Rule(Generic[S]):
    """A rule.

    Attributes:
        code: Such as `AK205`; its first digit is its family.
        name: A fault in kebab case, such as `empty-dag`.
        severity: How bad its findings are, unless the settings say otherwise.
        scope: What it judges.
        judge: The function.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    judge: Judge[S]

    @property
    def text(self) -> str:
        """Its docstring, in Markdown."""
        return inspect.getdoc(self.judge) or ""

    @property
    def title(self) -> str:
        """The first line of its docstring."""
        return self.text.partition("\n")[0]

    def findings(self, subject: S, place: Place) -> Iterator[Finding]:
        """Yield what the rule finds, at the place of the subject unless the fault names another.

        If the rule itself fails, a last finding says so: that is a bug of airflowkit, and no reason to keep back what
        the other rules find.
        """
        try:
            yield from self._found(subject, place)
        except Exception as error:  # noqa: BLE001  a bug may raise anything
            yield failed(f"the rule {self.name}", error, self.code, place)

    def _found(self, subject: S, place: Place) -> Iterator[Finding]:
        for fault in self.judge(subject):
            if is_marked_text(fault.message):
                continue  # it judges a stand-in
            yield Finding(
                code=self.code,
                severity=fault.severity or self.severity,
                message=fault.message,
                path=fault.path or place.path,
                line=fault.line or place.line,
                dag_id=fault.dag_id or place.dag_id,
                task_id=fault.task_id or place.task_id,
                hint=fault.hint,
            )


@dataclass(frozen=True, slots=True)
class Registration(Generic[S]):
    """The decorators that make a function a rule about one kind of subject.

    Attributes:
        scope: The kind.
    """

    scope: Scope

    def __call__(self, code: str, name: str, severity: Severity = Severity.ERROR) -> Callable[[Judge[S]], Rule[S]]:
        """Return the decorator of one rule."""
        return lambda judge: Rule(code, name, severity, self.scope, judge)


task_rule: Final[Registration[TaskSubject]] = Registration(Scope.TASK)
dag_rule: Final[Registration[DagSubject]] = Registration(Scope.DAG)
file_rule: Final[Registration[FileSubject]] = Registration(Scope.FILE)
folder_rule: Final[Registration[FolderSubject]] = Registration(Scope.FOLDER)
"""A rule about all files together; its faults name their paths."""
comment_rule: Final[Registration[CommentSubject]] = Registration(Scope.COMMENT)
"""A rule about a comment that ignores others; it runs after those."""


def _texts_within(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts_within(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts_within(item)
