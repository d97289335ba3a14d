"""Rewrites one file step by step: a generator that yields contents to parse, and keeps what leaves its pods equal."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.calls import RawCall, RawCalls, bound_names, lost_comments, used_names
from airflowkit.adopt.changes import Change, moves, value_changes
from airflowkit.adopt.comparison import MOVED, RAW, Difference, differences
from airflowkit.adopt.imports import with_imports
from airflowkit.adopt.rewriting import rewritten
from airflowkit.adopt.task_lines import TaskLines
from airflowkit.checks.fixes.syntax import parsed, walked
from airflowkit.checks.workers.contents import failure_of, incomparable
from airflowkit.errors import PodSpecError, counted, listed
from airflowkit.pods.spec.env_and_volumes import VALUE_CLASSES
from airflowkit.pods.values.resources import Resources

if TYPE_CHECKING:
    from airflowkit.checks.fixes.files import TextFile
    from airflowkit.checks.model.facts import FileFacts

Parsing = Generator[bytes, "FileFacts", Any]
"""Yields contents of a file, and is sent what Airflow makes of them."""

MOST_PARSES: Final = 80
"""How often a file is parsed; what has not been tried by then stays as it is."""
_REFUSED: Final = re.compile(rf"{PodSpecError.__name__}: (?:DAG '[^']*', )?task '([^']*)'")
NOT_PYTHON: Final = "the file is not valid Python, as airflowkit check tells"
_BY_STAR: Final = f"it imports *, and nothing tells whether {RAW} is from there: import it by its name"
_NOT_TRIED: Final = f"not tried: the file has been parsed {MOST_PARSES} times by now; run the command again"
BY_DEFAULT: Final[Mapping[str, tuple[str, str]]] = {
    "spec.containers.base.terminationMessagePolicy": ("termination_message_policy", '"File"'),
    "log_events_on_failure": ("log_events_on_failure", "False"),
    "log_pod_spec_on_failure": ("log_pod_spec_on_failure", "True"),
}
"""What `pod_task` does better by default: the field, and the argument that keeps what Airflow does."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Which changes of pods are accepted.

    Attributes:
        exact: Whether even what `pod_task` does better by default stays as it is.
        allowed: Fields that may change, whole or by their last names.
        sizes: The sizes of `[resources]`, for names in the place of amounts.
    """

    exact: bool = False
    allowed: frozenset[str] = frozenset()
    sizes: Mapping[str, Resources] = field(default_factory=dict)

    def accepts(self, difference: Difference) -> bool:
        """Return whether a field may change."""
        if difference.field in BY_DEFAULT and not self.exact:
            return True
        return any(difference.field == it or difference.field.endswith(f".{it}") for it in self.allowed)


@dataclass(frozen=True, slots=True)
class Stays:
    """A raw call that stays.

    Attributes:
        line: Where it is in the file.
        reason: Why.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of a file.

    Attributes:
        file: The file as it was read.
        text: What it becomes.
        moved: How many of its calls are `pod_task` now.
        stays: The calls that are not, and why.
        changed: The fields that change, and were accepted.
        others: Tasks with pods that other classes make, by the name of the class.
        passed_on: The lines on which the operator is a base class or a value.
        objection: Why nothing of the file could be tried, or written.
    """

    file: TextFile
    text: str
    moved: int = 0
    stays: tuple[Stays, ...] = ()
    changed: tuple[str, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)
    passed_on: tuple[int, ...] = ()
    objection: str = ""

    def refused(self, objection: str) -> Adoption:
        """Return that nothing became of the file."""
        stays = (*self.stays, *(Stays(0, "") for _ in range(self.moved)))
        return Adoption(self.file, self.file.text, stays=stays, objection=objection)


def adoption(file: TextFile, text: str, terms: Terms) -> Generator[bytes, FileFacts, Adoption]:
    """Rewrite a file.

    Args:
        file: The file.
        text: Its text; another one than it has, if other edits come first.
        terms: Which changes are accepted.
    """
    source = parsed(text)
    if source is None:
        return Adoption(file, text, stays=_named(text), objection=NOT_PYTHON)
    calls = RawCalls.of(source)
    if not (calls.calls or calls.passed_on):
        by_star = _BY_STAR if calls.by_star else ""
        return Adoption(file, text, stays=_named(text) if by_star else (), objection=by_star)
    before = yield file.encoded(text)
    if objection := unprovable(before):
        return Adoption(file, text, stays=tuple(Stays(it.line, "") for it in calls.calls), objection=objection)
    search = _Search(file, calls, terms, before)
    result = yield from search.run()
    return replace(result, others=_others(before), passed_on=calls.passed_on)


def _named(text: str) -> tuple[Stays, ...]:
    """Return the calls of a text of which only the words are known."""
    lines = (text.count("\n", 0, it.start()) + 1 for it in re.finditer(rf"\b{RAW}\b\s*[.(]", text))
    return tuple(Stays(line, "") for line in lines)


def unprovable(before: FileFacts) -> str:
    """Return why nothing can be proved of a file, whatever it becomes, or an empty string."""
    failure = failure_of(before)
    return f"the file cannot be imported: {failure.text}" if failure else incomparable(before, before)


def _others(before: FileFacts) -> Mapping[str, int]:
    """Return how many tasks have pods that subclasses and decorators make."""
    found: dict[str, int] = {}
    for text in before.evidence:
        task = json.loads(text)
        if task["pods"] and task["operator"] not in (RAW, MOVED):
            found[task["operator"]] = found.get(task["operator"], 0) + 1
    return found


@dataclass(eq=False)
class _Search:
    """The search for the boldest change of a file that leaves its pods equal."""

    file: TextFile
    found: RawCalls
    terms: Terms
    before: FileFacts
    kept: Mapping[str, str] = field(default_factory=dict)
    parses: int = 0
    objection: str = ""
    blamed: set[RawCall] = field(default_factory=set)
    objections: dict[Change, str] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)

    def run(self) -> Generator[bytes, FileFacts, Adoption]:
        if self.terms.exact:
            yield from self._keep_defaults()
        shown = [raw for raw in self.found.calls if self._tasks.is_shown(raw, self.found.calls)]
        moved = moves(self.found, shown, self._named, self.kept)
        values = [it for it in self._values() if it.calls <= moved.keys()]
        chosen: list[Change] = [*moved.values(), *values]
        if chosen and not (yield from self._holds(chosen)):
            chosen = yield from self._settled([], list(moved.values()))
            done = {raw for raw, its in moved.items() if its in chosen}
            chosen = yield from self._settled(chosen, [change for change in values if change.calls <= done])
        stays = [
            Stays(raw.line, self._reason(raw, moved.get(raw)))
            for raw in self.found.calls
            if moved.get(raw) not in chosen
        ]
        number = len(self.found.calls) - len(stays)
        text = self._text(chosen) if number else self.found.source.module.code
        return Adoption(self.file, text, number, tuple(stays), tuple(self.changed) if number else ())

    @cached_property
    def _tasks(self) -> TaskLines:
        return TaskLines.of(self.before)

    def _values(self) -> list[Change]:
        return value_changes(self.found, self._named, self.terms.sizes)

    def _reason(self, raw: RawCall, its: Change | None) -> str:
        if its is None:
            return self._tasks.why_not(raw)
        return self.objections.get(its, _NOT_TRIED)

    def _keep_defaults(self) -> Generator[bytes, FileFacts, None]:
        """Find out which of the better defaults would change something here."""
        moved = moves(self.found, self.found.calls, self._named, {})
        after = yield self.file.encoded(self._text(list(moved.values())))
        if not incomparable(self.before, after):
            fields = {it.field for it in differences(self.before, after)}
            self.kept = dict(value for name, value in BY_DEFAULT.items() if name in fields)
        else:
            self.kept = dict(BY_DEFAULT.values())

    def _settled(self, chosen: list[Change], wanted: Sequence[Change]) -> Generator[bytes, FileFacts, list[Change]]:
        """Add those of the wanted changes that hold: without those that are to blame, else by halves."""
        if not wanted or self.parses >= MOST_PARSES:
            return chosen
        if (yield from self._holds([*chosen, *wanted])):
            return [*chosen, *wanted]
        blamed = [change for change in wanted if change.calls & self.blamed] if len(wanted) > 1 else list(wanted)
        others = [change for change in wanted if change not in blamed]
        if len(blamed) == 1:
            self.objections[blamed[0]] = self.objection
            return (yield from self._settled(chosen, others))
        if not (blamed and others):
            middle = len(wanted) // 2
            others, blamed = list(wanted[:middle]), list(wanted[middle:])
        chosen = yield from self._settled(chosen, others)
        return (yield from self._settled(chosen, blamed))

    def _holds(self, changes: Sequence[Change]) -> Generator[bytes, FileFacts, bool]:
        """Return whether changes leave the file's pods equal."""
        self.parses += 1
        text = self._text(changes)
        if lost := lost_comments(self.found.source.module, cst.parse_module(text)):
            self.objection, self.blamed = f"the comment {next(iter(lost))!r} would be lost", set()
            return False
        after = yield self.file.encoded(text)
        objection = incomparable(self.before, after)
        found = [] if objection else differences(self.before, after)
        refused = [it for it in found if not self.terms.accepts(it)]
        if not objection and not refused:
            self.changed = dict.fromkeys(it.field for it in found)
            return True
        refusal = Refusal.of(after)
        self.objection = (refusal.sentence if refusal else objection) or sentence_of(refused)
        blamed = {refusal.task_id} if refusal else {it.task_id for it in refused}
        self.blamed = self._tasks.makers(self.found.calls, blamed)
        return False

    def _text(self, changes: Sequence[Change]) -> str:
        """Return the text of the file with changes, and the imports that they need."""
        before = self.found.source.module
        after = rewritten(before, (change.rewrites for change in changes))
        ours = {it.value for it in used_names(after)} & _NAMES - self._taken
        return with_imports(before, after, ours).code

    def _named(self, name: str) -> cst.BaseExpression:
        """Return a public name of airflowkit as this file has to write it."""
        if self._taken:
            return cst.Attribute(cst.Name(_MODULE), cst.Name(name))
        return cst.Name(name)

    @cached_property
    def _taken(self) -> set[str]:
        """The public names that mean something else in this file."""
        source = self.found.source
        bound = {node.value for node in used_names(source.module) if source.names(node) != {f"airflowkit.{node.value}"}}
        for imported in (node for node in walked(source.module) if isinstance(node, cst.ImportFrom)):
            if cst.helpers.get_full_name_for_node(imported.module or cst.Name("")) != _MODULE:
                bound |= bound_names(imported)
        return bound & (_NAMES - {_MODULE})


_MODULE: Final = "airflowkit"
_NAMES: Final = frozenset(cls.__name__ for cls in (*VALUE_CLASSES, Resources)) | {"pod_task", _MODULE}


@dataclass(frozen=True, slots=True)
class Refusal:
    """That `pod_task` refuses a pod.

    Attributes:
        task_id: The task.
        sentence: Why, in a line.
    """

    task_id: str
    sentence: str

    @classmethod
    def of(cls, after: FileFacts) -> Refusal | None:
        """Return the refusal that keeps a file from being imported, if that is what does."""
        failure = failure_of(after)
        found = _REFUSED.match(failure.text) if failure else None
        if failure is None or found is None:
            return None
        _head, *problems = failure.text.splitlines()
        more = f", and {counted(len(problems) - 1, 'more problem')}" if len(problems) > 1 else ""
        why = problems[0].strip() if problems else failure.text
        return cls(found.group(1), f"pod_task refuses it: {why}{more}")


def sentence_of(found: Sequence[Difference]) -> str:
    """Return which fields would change, in words; an empty string if none would."""
    if not found:
        return ""
    tasks = list(dict.fromkeys(it.task_id for it in found if it.task_id))
    where = f" of {listed(tasks)}" if tasks else ""
    return f"{listed(list(dict.fromkeys(it.field for it in found)))}{where} would change, or differs at each parse"
